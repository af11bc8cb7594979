"""Baselines of nodes: found where a month tells them, refused with the reason where it does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.allocation.baseline import Baseline, declared
from energy.allocation.fit import INTERVALS_MIN, fit_baselines, fit_node, fitted
from energy.allocation.least_squares import nonnegative, robust
from energy.allocation.result import Component
from energy.allocation.settle import settle
from energy.interval import SETTLEMENT_S, Period
from energy.quality import Quality
from energy.readings.telemetry import Telemetry
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use, mean_w, small_site

SITE = small_site()
COUNT = 4 * INTERVALS_MIN
RANDOM = np.random.default_rng(3)
CORES = RANDOM.uniform(0, 8, COUNT)
GPUS = RANDOM.uniform(0, 2, COUNT)


def fit_n1(power: np.ndarray, cores: np.ndarray = CORES, r2_min: float = 0.8) -> Baseline:
    return fit_node("n1", SITE.nodes["n1"], (power, cores, np.zeros(len(power))), r2_min)


class TestFound:
    def test_a_straight_line_is_found_exactly(self) -> None:
        found = fit_n1(130 + 25 * CORES)
        assert (found.idle_w, found.core_w) == pytest.approx((130, 25))
        assert found.quality is Quality.DERIVED
        assert found.r2 == pytest.approx(1)
        assert found.idle_u_w == pytest.approx(0, abs=1e-6)
        assert found.why is None

    def test_cores_and_boards(self) -> None:
        found = fit_node("n3", SITE.nodes["n3"], (150 + 10 * CORES + 50 * GPUS, CORES, GPUS), 0.8)
        assert (found.idle_w, found.core_w, found.gpu_w) == pytest.approx((150, 10, 50))

    def test_noise_gives_its_standard_error(self) -> None:
        # σ = 5 W over 384 intervals of uniform use: u(idle) = σ·√(Σx²/(n·Σ(x−mean)²)) = 0.51 W
        noise = np.random.default_rng(5).normal(0, 5, COUNT)
        found = fit_n1(130 + 25 * CORES + noise)
        assert found.idle_u_w == pytest.approx(0.51, rel=0.15)
        assert abs(found.idle_w - 130) < 4 * found.idle_u_w

    def test_fans_that_follow_the_cube_of_load(self) -> None:
        # 40 W of fans at full load. With a term for fans rest is found; a straight line alone sinks it by 6 %.
        power = 130 + 25 * CORES + 40 * (CORES / 8) ** 3
        airy = SITE.nodes["n1"].model_copy(update={
            "power": SITE.nodes["n1"].power.model_copy(update={"fan_share": 0.1})})
        found = fit_node("n1", airy, (power, CORES, np.zeros(COUNT)), 0.8)
        assert found.idle_w == pytest.approx(130, rel=0.001)
        assert fit_n1(power).idle_w == pytest.approx(130, rel=0.07)

    def test_an_hour_of_fans_at_full_speed_does_not_lift_rest(self) -> None:
        # Mutation that turns this red: least squares without Huber's weights.
        power = 130 + 25 * CORES
        power[:16] += 400
        assert fit_n1(power, r2_min=0.5).idle_w == pytest.approx(130, abs=1)
        plain = nonnegative(np.stack([np.ones(COUNT), CORES], axis=1), power)
        assert plain[0] > 140


class TestRefused:
    @pytest.mark.parametrize(("power", "cores", "said"), [
        (130 + 25 * CORES[:95], CORES[:95], "95 intervals are too few to fit; 96 are needed"),
        (np.full(COUNT, 200.0), np.full(COUNT, 3.0), "its use moved by 0.0 % (of what it has); under 5 %"),
        (RANDOM.uniform(100, 300, COUNT), CORES, "under the 0.80 that the site asks for"),
        (25 * CORES, CORES, "the fit leaves 0 W at rest, not above the 0 W of its boards"),
        (200 - 20 * CORES, CORES, "use explains 0.00 of its power"),
    ])
    def test_what_cant_be_identified(self, power: np.ndarray, cores: np.ndarray, said: str) -> None:
        found = fit_n1(power, cores)
        assert said in str(found.why)
        assert found.quality is Quality.DECLARED
        # then the site file's powers hold
        assert (found.idle_w, found.core_w) == (100.0, 40.0)
        assert found.why.where == "nodes.n1.power.idle_w"

    def test_idle_above_what_was_measured(self) -> None:
        # power that jumps at half load: the line says more at rest than the node ever drew
        power = np.where(CORES < 1, 100.0, 260 + 5 * CORES)
        found = fit_n1(power, r2_min=0.0)
        assert "W at rest, above the 100 W that were measured" in str(found.why)

    def test_rest_that_hides_under_the_boards(self) -> None:
        # 15 W at rest where two boards alone take 20
        found = fit_node("n3", SITE.nodes["n3"], (15 + 10 * CORES, CORES, np.zeros(COUNT)), 0.8)
        assert "the fit leaves 15 W at rest, not above the 20 W of its boards" in str(found.why)

    def test_a_refused_fit_keeps_its_figures(self) -> None:
        found = fit_n1(RANDOM.uniform(100, 300, COUNT))
        assert found.r2 is not None
        assert found.r2 < 0.8
        assert found.intervals == COUNT


class TestPolicy:
    def test_declared_by_default(self, small: Site, day: Period) -> None:
        found = fit_baselines(small, constant_readings(day), constant_use(day))
        assert set(found) == {"n1", "n2", "n3"}
        assert found["n1"] == declared(small.nodes["n1"])
        assert found["n1"].why is None

    def test_a_site_that_asks_for_fits_hears_why_not(self, small: Site, day: Period) -> None:
        found = fit_baselines(asking(small), constant_readings(day), constant_use(day))
        assert "its use moved by 0.0 %" in str(found["n1"].why)

    def test_a_fitted_node_is_settled_by_its_fit(self, small: Site, day: Period) -> None:
        # n1's outlets say 140 W + 30 W per core where the file says 100 and 40; use goes up and down in the day.
        use, readings, cores = self.moving(day)
        found = fit_baselines(asking(small), readings, use)
        assert (found["n1"].idle_w, found["n1"].core_w) == pytest.approx((140, 30), abs=0.05)
        allocation = settle(small, readings, use, found)
        # alpha reserves 5 of 10 cores: 70 W; beta 2.5: 35; and all above rest is alpha's, 30 W per core
        assert mean_w(allocation, "alpha", Component.IDLE, "air") == pytest.approx(70, abs=0.1)
        assert mean_w(allocation, "alpha", Component.DYNAMIC, "air") == pytest.approx(30 * cores.mean(), abs=0.1)

    def test_without_its_baselines_the_same_day_goes_by_the_file(self, small: Site, day: Period) -> None:
        use, readings, _cores = self.moving(day)
        assert mean_w(settle(small, readings, use), "alpha", Component.IDLE, "air") == pytest.approx(50, abs=0.1)

    def test_the_nodes_own_counter_is_what_it_is_fitted_on(self, small: Site, day: Period) -> None:
        # pods' series saw half of what ran: the fit on them would say 60 W a core
        use, readings, cores = self.moving(day, seen=0.5)
        own = Telemetry(day, cpu_core_s={"n1": cores * SETTLEMENT_S})
        assert fit_baselines(asking(small), readings, use, own)["n1"].core_w == pytest.approx(30, abs=0.05)
        assert fit_baselines(asking(small), readings, use)["n1"].core_w == pytest.approx(60, abs=0.1)

    @staticmethod
    def moving(day: Period, seen: float = 1.0) -> tuple[Any, Any, np.ndarray]:
        cores = 4 + 3 * np.sin(np.arange(day.count) / 9)
        use = constant_use(day)
        use.nodes["n1"].cpu_used_s.update({"alpha": cores * SETTLEMENT_S * seen, "beta": np.zeros(day.count)})
        power_j = np.rint((140 + 30 * cores) * SETTLEMENT_S).astype(np.int64)
        readings = constant_readings(day, o_b_n1=0)
        return use, type(readings)(day, {**readings.energy_j, "o-a-n1": power_j}), cores


def asking(site: Site) -> Site:
    return site.model_copy(update={"energy": site.energy.model_copy(update={"idle_power": "fitted"})})


class TestLeastSquares:
    def test_a_negative_slope_becomes_none(self) -> None:
        x = np.linspace(0, 1, 20)
        found = nonnegative(np.stack([np.ones(20), x], axis=1), 5 - 2 * x)
        assert found == pytest.approx([4.0, 0.0])

    def test_too_many_terms(self) -> None:
        with pytest.raises(ValueError, match="too many terms"):
            nonnegative(np.ones((9, 7)), np.ones(9))

    def test_terms_of_nothing(self) -> None:
        assert nonnegative(np.zeros((5, 2)), np.ones(5)).tolist() == [0.0, 0.0]

    @settings(max_examples=40, deadline=None)
    @given(st.floats(1, 500), st.floats(0, 80), st.floats(0, 400))
    def test_what_made_the_data_is_found(self, idle: float, core: float, gpu: float) -> None:
        terms = np.stack([np.ones(COUNT), CORES, GPUS], axis=1)
        values = terms @ np.array([idle, core, gpu])
        assert robust(terms, values)[0] == pytest.approx([idle, core, gpu], rel=1e-6, abs=1e-6)
        assert fitted(values, CORES, GPUS).r2 >= 0
