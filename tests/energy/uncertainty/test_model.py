"""The mean interval that stands for a period: telemetry is in it, and each scenario is a settlement of its own."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.allocation.settle import settle
from energy.interval import SETTLEMENT_S, Period
from energy.readings.gpu import Board, Claim
from energy.readings.telemetry import Telemetry
from energy.uncertainty.error_sources import meter_inputs
from energy.uncertainty.gum import contributions
from energy.uncertainty.model import AT_ONCE, Model, Settled
from energy.uncertainty.uncertainties import uncertainties_of
from infra.inventory.site import Site
from tests.energy.carbon.made import lines_of
from tests.energy.small import constant_readings, constant_use, small_site

CLASS_1 = 0.01 / math.sqrt(3)


def telling(period: Period, swing: float = 0.0) -> Telemetry:
    """Boards of n3 (60 and 40 W, beta's and alpha's), fans of 15 W, cores of n1, heat of oil; `swing` to and fro."""
    wave = 1 + swing * np.where(np.arange(period.count) % 2, 1, -1)

    def joules(watts: float) -> np.ndarray:
        return np.rint(watts * SETTLEMENT_S * wave).astype(np.int64)

    one = np.ones(period.count)
    boards = {"0": Board(joules(60), {"beta": Claim(one, 900 * wave)}),
              "1": Board(joules(40), {"alpha": Claim(one, 450 * wave)})}
    return Telemetry(period, {"n3": boards}, {"n1": 5 * SETTLEMENT_S * wave}, {"n3": joules(15)},
                     {"oil": joules(230), "air": joules(250)})


def told(site: Site, period: Period, swing: float = 0.0) -> Settled:
    return Settled(site, constant_readings(period), constant_use(period), None, telling(period, swing))


def here(settled: Settled) -> dict[str, float]:
    model = Model(settled)
    return {name: float(rows[0]) for name, rows in model.outputs(np.ones((1, len(model.meters)))).items()}


class TestTelemetry:
    def test_what_is_settled_with_it_is_modelled_with_it(self, small: Site, day: Period) -> None:
        # red when the model forgets boards, counters, fans or heat: beta's line is then another
        settled = told(small, day)
        allocation = settle(small, settled.readings, settled.use, None, settled.telemetry)
        found = here(settled)
        for line, energy_j in lines_of(allocation).items():
            assert found[f"energy:{line}"] == pytest.approx(float(energy_j.mean()), abs=1), line
        bare = here(Settled(small, settled.readings, settled.use))
        assert abs(bare["energy:beta"] - found["energy:beta"]) > 900, "a watt at least: the telemetry matters here"

    def test_it_enters_with_its_mean(self, small: Site, day: Period) -> None:
        # up and down by a half around the same means: the mean interval is the same
        assert here(told(small, day, 0.5)) == pytest.approx(here(told(small, day)), abs=2)

    def test_boards_do_not_move_with_the_outlets_meter(self, small: Site, day: Period) -> None:
        # o-b-n3 reads 240 W ± 0.57735 %: 1.386 W, which is the host's alone. Boards count 100 W whatever it says, so
        # that beta, who has no core there, gets of it but its part of the host's fans and of cooling and losses.
        # red when boards are scaled with their node
        settled = told(small, day)
        parts = contributions(Model(settled), meter_inputs(small), [])
        place = [meter.name for meter in parts.meters].index("o-b-n3")
        moved = {name: float(rows[place]) / 900 for name, rows in parts.by_meter.items() if name.startswith("energy:")}
        assert sum(moved.values()) == pytest.approx(0, abs=0.01)
        # host 140 W: 100 at rest, 40 above: what is more is alpha's, the only one whose cores ran
        assert moved["energy:alpha"] > 240 * CLASS_1
        assert abs(moved["energy:beta"]) < 0.25 * 240 * CLASS_1

    def test_figures_with_it_are_as_sure_by_both_ways(self, small: Site, day: Period) -> None:
        figures = uncertainties_of(told(small, day)).figures
        for name in ("pue3", "energy:alpha", "energy:_platform", "ppue:oil"):
            assert figures[name].monte_carlo_u == pytest.approx(figures[name].u, rel=0.06), name


class TestScenarios:
    def test_each_is_settled_by_itself(self, small: Site, day: Period) -> None:
        # the middle one of three has its facility meter doubled: only `_residual` there takes it, joule for joule
        model = Model(told(small, day))
        factors = np.ones((3, len(model.meters)))
        factors[1, model.meters.index("facility")] = 2
        found = model.outputs(factors)
        assert (found["energy:_residual"][1] - found["energy:_residual"][0]) == 700 * 900
        for name, rows in found.items():
            assert rows[0] == rows[2]
            if name.startswith("energy:") and name != "energy:_residual":
                assert rows[0] == rows[1], name

    @pytest.mark.parametrize("count", [1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1])
    def test_whatever_their_number(self, small: Site, day: Period, count: int) -> None:
        # red when a settlement of scenarios drops its last, or takes one twice
        model = Model(Settled(small, constant_readings(day), constant_use(day)))
        column = model.meters.index("facility")
        factors = np.ones((count, len(model.meters)))
        factors[:, column] = 1 + np.arange(count) / 100
        assert model.outputs(factors)["pue3"] == pytest.approx(1.4 * factors[:, column], rel=1e-5)

    def test_a_zone_without_it_energy_has_no_ratio(self, small: Site, day: Period) -> None:
        # n3, all that stands in oil, is off: no ratio of nothing, and no figure called infinite
        readings = constant_readings(day, o_b_n3=0, ups_b_out=80, ups_b_in=96)
        found = uncertainties_of(Settled(small, readings, constant_use(day)), draws=10).figures
        assert "ppue:oil" not in found
        assert all(math.isfinite(sure.value) and math.isfinite(sure.u) for sure in found.values())


SMALL = small_site()
QUARTER = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 0, 15, tzinfo=UTC))


@settings(max_examples=25, deadline=None)
@given(st.floats(0.5, 2))
def test_all_meters_by_one_factor_change_no_ratio_of_categories(factor: float) -> None:
    # what a family with ρ = 1 over all meters would do: ratios stand still, energies go along
    model = Model(Settled(SMALL, constant_readings(QUARTER), constant_use(QUARTER)))
    found = model.outputs(np.array([np.ones(len(model.meters)), np.full(len(model.meters), factor)]))
    for category in (1, 2, 3):
        one, other = found[f"pue{category}"]
        assert other == pytest.approx(one, rel=1e-5)
    lines = [rows for name, rows in found.items() if name.startswith("energy:")]
    assert np.sum(lines, axis=0)[1] == pytest.approx(factor * np.sum(lines, axis=0)[0], abs=1)
