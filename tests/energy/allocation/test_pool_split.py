"""Rules of pools on the small site, by hand; and what-if tables. See tests/energy/test_hand_computed.py for the site.

What is held, in nameplate watts: n1 500 W: alpha 5 of 10 cores 250, beta 2.5 125, _free 125. n2 250 W: _platform's.
n3 320 W: host 200 (alpha 100, _free 100), boards 120 (beta 60, _free 60).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from energy.allocation.pool_curve import fit_curve, fitted_curves
from energy.allocation.pool_split import PoolRules
from energy.allocation.result import Allocation, Component
from energy.allocation.settle import settle
from energy.allocation.what_if import RULES, what_if
from energy.errors import EnergyError
from energy.graph.closure import close
from energy.interval import SETTLEMENT_S, Period
from infra.inventory.energy_policy import PoolCurve
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use, mean_w, total_w


def near(expected: float) -> object:
    return pytest.approx(expected, abs=0.01)


def with_policy(site: Site, **policy: Any) -> Site:
    return site.model_copy(update={"energy": site.energy.model_copy(update=policy)})


def settled_by(site: Site, day: Period, **policy: Any) -> Allocation:
    return settle(with_policy(site, **policy), constant_readings(day), constant_use(day))


class TestCapacity:
    def test_cooling_of_air_goes_by_what_is_held_there(self, small: Site, day: Period) -> None:
        # 52 W over 750 W held in air: alpha 250, beta 125, _free 125, _platform 250.
        found = settled_by(small, day, split_rules={"crah": "capacity"})
        assert mean_w(found, "alpha", Component.COOLING, "air") == near(52 * 250 / 750)
        assert mean_w(found, "_platform", Component.COOLING, "air") == near(52 * 250 / 750)
        assert mean_w(found, "_free", Component.COOLING, "air") == near(52 * 125 / 750)
        # the pumps of the tank keep their own rule
        assert mean_w(found, "alpha", Component.COOLING, "oil") == near(9)

    def test_a_ups_by_what_is_held_behind_it(self, small: Site, day: Period) -> None:
        # A: half of n1 (250) and n2 (250): alpha 125, beta 62.5, _free 62.5, _platform 250 of 500 W; 18 W lost.
        # B: half of n1 (250) and n3 (320): alpha 225, beta 122.5, _free 222.5 of 570 W; 16 W lost.
        found = settled_by(small, day, split_rules={"ups-a": "capacity", "ups-b": "capacity", "tr": "capacity"})
        # transformer: 1,070 W held in all, half on each of grid and genset: 33 W by alpha 350, beta 185, ...
        assert mean_w(found, "_platform", Component.LOSS) == near(18 * 250 / 500 + 33 * 250 / 1070)
        assert mean_w(found, "alpha", Component.LOSS) == near(18 * 125 / 500 + 16 * 225 / 570 + 33 * 350 / 1070)
        assert mean_w(found, "beta", Component.LOSS) == near(18 * 62.5 / 500 + 16 * 122.5 / 570 + 33 * 185 / 1070)

    def test_base_load_by_all_that_is_held(self, small: Site, day: Period) -> None:
        found = settled_by(small, day, split_rules={"base-load": "capacity"})
        assert mean_w(found, "alpha", Component.BASE) == near(50 * 350 / 1070)
        assert mean_w(found, "_free", Component.BASE) == near(50 * 285 / 1070)

    def test_it_does_not_move_with_use(self, small: Site, day: Period) -> None:
        idle = {"n1": {"alpha": (0, 0, 5, 0), "beta": (4, 0, 2.5, 0)}, "n2": {"_platform": (1, 0, 2, 0)},
                "n3": {"alpha": (2, 0, 5, 0), "beta": (0, 0.8, 0, 1)}}
        site = with_policy(small, split_rule="capacity")
        busy, still = (settle(site, constant_readings(day), use)
                       for use in (constant_use(day), constant_use(day, idle)))
        for component in (Component.COOLING, Component.BASE, Component.LOSS):
            assert mean_w(still, "alpha", component) == near(mean_w(busy, "alpha", component))

    def test_a_lossy_panel_of_the_plant_goes_by_all_that_is_held(self, small: Site, day: Period) -> None:
        # Nobody's outlet hangs on the panel: its loss of 126 - 100 W goes by what is held on the whole site.
        panels = small.power.panels
        meters = {**small.meters, "plant-out": small.meters["plant"].model_copy(update={"side": "out", "serial": "PO"})}
        site = with_policy(small, split_rules={"panel-p": "capacity"}).model_copy(update={"meters": meters})
        found = settle(site, constant_readings(day, plant_out=100), constant_use(day))
        stage = found.closure.stages["panel-p"]
        assert panels["panel-p"].fed_by == ("tr",)
        assert int(stage.loss_j[0]) == 26 * SETTLEMENT_S
        # all else is proportional as in the hand-computed case: alpha's losses there, and 26 W by 350 of 1,070
        assert mean_w(found, "alpha", Component.LOSS) > 7.5 + 7 + 26 * 350 / 1070


class TestShapley:
    def test_a_cubic_ups_by_hand(self, small: Site, day: Period) -> None:
        # Through UPS A: alpha 75, beta 30, _free 15, _platform 60; S = 180, Q = 10,350.
        # x·(S² + Q/2 − x·S/2): 2,311,875; 1,046,250; 543,375; 1,930,500; sum 180³ = 5,832,000; 18 W lost.
        found = settled_by(small, day, split_rules={"ups-a": "shapley"}, curves={"ups-a": PoolCurve(cubic_per_w2=1.0)})
        proportional = settled_by(small, day)
        moved = {account: mean_w(found, account, Component.LOSS) - mean_w(proportional, account, Component.LOSS)
                 for account in ("alpha", "beta", "_free", "_platform")}
        # the transformer's 5 % follows what passes
        assert moved["alpha"] == near(1.05 * (18 * 2_311_875 / 5_832_000 - 7.5))
        assert moved["beta"] == near(1.05 * (18 * 1_046_250 / 5_832_000 - 3))
        assert moved["_platform"] == near(1.05 * (18 * 1_930_500 / 5_832_000 - 6))
        assert sum(moved.values()) == near(0)

    def test_light_is_shared_by_heads(self, small: Site, day: Period) -> None:
        # 50 W, four accounts: 12.5 each; alpha's goes 125 : 90 to its two zones.
        found = settled_by(small, day, split_rules={"base-load": "shapley"})
        for account in ("alpha", "beta", "_free", "_platform"):
            assert mean_w(found, account, Component.BASE) == near(12.5)
        assert mean_w(found, "alpha", Component.BASE, "air") == near(12.5 * 125 / 215)

    def test_a_linear_curve_changes_nothing(self, small: Site, day: Period) -> None:
        # the UPSs of the small site lose 30 % in their curves, and nothing else
        found, proportional = settled_by(small, day, split_rules={"ups-a": "shapley"}), settled_by(small, day)
        for account in ("alpha", "beta", "_free", "_platform"):
            assert total_w(found, account) == near(total_w(proportional, account))

    def test_a_pool_without_curve_is_refused_by_name(self, small: Site, day: Period) -> None:
        ups = {name: ups.model_copy(update={"loss": type(ups.loss)()}) for name, ups in small.power.ups.items()}
        site = small.model_copy(update={"power": small.power.model_copy(update={"ups": ups})})
        with pytest.raises(EnergyError, match="the pool 'ups-a' is split by Shapley's rule") as refusal:
            settled_by(site, day, split_rules={"ups-a": "shapley"})
        assert refusal.value.where == "energy.curves.ups-a"
        assert "energy.split_rules" in str(refusal.value)

    @pytest.mark.parametrize(("pool", "curve"), [
        ("crah", PoolCurve(cubic_per_w2=1.0)), ("cdu", PoolCurve(cubic_per_w2=1.0)),
        ("tank", PoolCurve(cubic_per_w2=1.0)), ("base-load", PoolCurve(fixed_w=1.0)), ("tr", PoolCurve(linear=0.05)),
    ])
    def test_laws_of_machines(self, small: Site, pool: str, curve: PoolCurve) -> None:
        assert PoolRules(small).curve_of(pool) == curve

    def test_the_sites_own_curve_comes_first(self, small: Site) -> None:
        own = PoolCurve(linear=1.0, cubic_per_w2=2.0)
        assert PoolRules(with_policy(small, curves={"crah": own})).curve_of("crah") == own


@pytest.mark.parametrize("rule", RULES)
def test_under_every_rule_the_lines_add_up(small: Site, day: Period, rule: str) -> None:
    found = settled_by(small, day, split_rule=rule)
    assert sum(int(shares.energy_j.sum()) for shares in found.shares.values()) == 700 * SETTLEMENT_S * day.count


class TestWhatIf:
    def test_every_column_is_the_meter(self, small: Site, day: Period) -> None:
        table = what_if(small, constant_readings(day), constant_use(day))
        for rule in RULES:
            assert sum(row[rule] for row in table.energy_j.values()) == 700 * SETTLEMENT_S * day.count

    def test_the_first_column_is_the_report(self, small: Site, day: Period) -> None:
        table = what_if(small, constant_readings(day), constant_use(day))
        assert table.energy_j["alpha"]["proportional"] / SETTLEMENT_S / day.count == near(299.25)
        assert table.change("alpha", "proportional") == 0.0
        assert table.change("_residual", "shapley") == near(0)
        # held 350 of 1,070 W against 215 of 500 W drawn: by capacity alpha bears less
        assert table.change("alpha", "capacity") < -0.02

    def test_days_add_up_to_a_month(self, small: Site, day: Period) -> None:
        one = what_if(small, constant_readings(day), constant_use(day))
        two = one + one
        assert two.energy_j["beta"]["shapley"] == 2 * one.energy_j["beta"]["shapley"]

    def test_an_account_of_one_day_alone(self, small: Site, day: Period) -> None:
        used = {"n1": {"gamma": (1, 0, 5, 0)}}
        both = what_if(small, constant_readings(day), constant_use(day)) + what_if(
            small, constant_readings(day), constant_use(day, used))
        assert both.energy_j["gamma"]["proportional"] > 0

    def test_nothing_borne_changes_by_nothing(self, small: Site, day: Period) -> None:
        table = what_if(small, constant_readings(day, facility=693), constant_use(day))
        assert table.energy_j["_residual"]["proportional"] == 0
        assert table.change("_residual", "capacity") == 0.0


class TestFittedCurves:
    def test_a_ups_is_fitted_on_its_two_meters(self, small: Site) -> None:
        load = np.linspace(50, 900, 200)
        curve = fit_curve(load, 20 + 0.02 * load + 3e-5 * load**2)
        assert (curve.fixed_w, curve.linear, curve.quadratic_per_w) == pytest.approx((20, 0.02, 3e-5), rel=1e-6)
        assert curve.cubic_per_w2 == pytest.approx(0, abs=1e-12)

    def test_no_coefficient_is_ever_negative(self) -> None:
        load = np.linspace(50, 900, 50)
        curve = fit_curve(load, 40 - 0.01 * load)
        assert min(curve.fixed_w, curve.linear, curve.quadratic_per_w, curve.cubic_per_w2) >= 0

    def test_a_load_that_stands_still_tells_a_ratio_only(self) -> None:
        assert fit_curve(np.full(96, 180.0), np.full(96, 18.0)) == PoolCurve(linear=0.1)
        assert fit_curve(np.zeros(96), np.full(96, 18.0)) == PoolCurve(fixed_w=18.0)

    def test_only_stages_without_a_declared_curve(self, small: Site, day: Period) -> None:
        ups = {**small.power.ups, "ups-b": small.power.ups["ups-b"].model_copy(
            update={"loss": type(small.power.ups["ups-b"].loss)()})}
        site = small.model_copy(update={"power": small.power.model_copy(update={"ups": ups})})
        found = fitted_curves(site, close(site, constant_readings(day)))
        assert list(found) == ["ups-b"]
        assert found["ups-b"].linear == pytest.approx(16 / 320)
