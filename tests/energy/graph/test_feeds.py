"""The graph of feeds: order, parts, meters that are needed, base load, what is declared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.errors import ConservationError, EnergyError
from energy.graph import closure as closing
from energy.graph.closure import close
from energy.graph.feeds import BASE_LOAD, SUPPLY, Branch, feeds_of
from energy.graph.registers import Registers
from energy.graph.stage import Stage, curve_loss_j, stage_of
from energy.interval import SETTLEMENT_S, Period
from energy.quality import Quality
from energy.readings.meters import MeterReadings
from infra.inventory.power import LossCurve
from infra.inventory.site import Site
from tests.energy.small import WATTS, constant_readings

QUARTER_W = np.array([SETTLEMENT_S], dtype=np.int64)  # one watt over one interval


def changed(site: Site, **sections: Any) -> Site:
    """Return the site with whole sections replaced, checked for shape only."""
    return site.model_copy(update=sections)


def without_meter(site: Site, *names: str) -> Site:
    return changed(site, meters={name: meter for name, meter in site.meters.items() if name not in names})


def readings_for(site: Site, period: Period) -> MeterReadings:
    known = constant_readings(period).energy_j
    return MeterReadings(period, {name: known[name] for name in site.meters}, {})


class TestFeeds:
    def test_children_come_before_their_parents(self, small: Site) -> None:
        order = feeds_of(small).order
        for child, parent in (("a-n1", "pdu-a"), ("pdu-a", "ups-a"), ("ups-a", "tr"), ("panel-p", "tr")):
            assert order.index(child) < order.index(parent)
        assert "grid" not in order

    def test_every_supply_is_one_point(self, small: Site) -> None:
        branches = feeds_of(small).branches[SUPPLY]
        assert {(branch.child, branch.parts) for branch in branches} == {("tr", 2)}
        assert len(branches) == 2  # grid and genset feed it: two halves, one whole

    def test_machines_and_base_load_hang_on_the_panel(self, small: Site) -> None:
        children = {branch.child for branch in feeds_of(small).branches["panel-p"]}
        assert children == {"crah", "cdu", "tank", BASE_LOAD}

    def test_each_outlet_knows_its_node(self, small: Site) -> None:
        assert feeds_of(small).node_of_outlet == {"a-n1": "n1", "b-n1": "n1", "a-n2": "n2", "b-n3": "n3"}

    def test_without_a_place_the_base_load_hangs_on_the_supply(self, small: Site) -> None:
        site = changed(small, identity=small.identity.model_copy(update={"base_load_fed_by": None}))
        assert BASE_LOAD in {branch.child for branch in feeds_of(site).branches[SUPPLY]}

    def test_a_base_load_on_nothing_is_refused(self, small: Site) -> None:
        site = changed(small, identity=small.identity.model_copy(update={"base_load_fed_by": "attic"}))
        with pytest.raises(EnergyError, match="the base load hangs on 'attic'") as refusal:
            feeds_of(site)
        assert refusal.value.where == "identity.base_load_fed_by"


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=9), st.integers(1, 5))
def test_the_parts_of_a_child_add_up_to_it(energies: list[int], parts: int) -> None:
    energy_j = np.array(energies, dtype=np.int64)
    split = [Branch("child", position, parts).of(energy_j) for position in range(parts)]
    assert np.array_equal(sum(split), energy_j)
    assert max(int((part - split[-1]).max()) for part in split) <= 1


class TestStage:
    CURVE = LossCurve(fixed_w=10, linear=0.1, quadratic_per_w=0.001)

    def test_the_curve_at_a_hundred_watts(self) -> None:
        # 10 + 0.1 x 100 + 0.001 x 100 x 100 = 30 W
        assert curve_loss_j(self.CURVE, 100 * QUARTER_W).tolist() == [30 * SETTLEMENT_S]
        assert self.CURVE.loss_w(100) == 30

    def test_no_meter_at_all(self) -> None:
        stage = stage_of(100 * QUARTER_W, None, None, self.CURVE)
        assert (stage.in_j, stage.loss_j, stage.residual_j) == (130 * QUARTER_W, 30 * QUARTER_W, 0)
        assert stage.loss_quality is Quality.DECLARED

    def test_a_meter_at_the_input_only(self) -> None:
        # 135 in; 100 drawn and 30 lost by the curve: 5 are not explained.
        stage = stage_of(100 * QUARTER_W, 135 * QUARTER_W, None, self.CURVE)
        assert (stage.out_j, stage.loss_j, stage.residual_j) == (100 * QUARTER_W, 30 * QUARTER_W, 5 * QUARTER_W)

    def test_a_meter_at_the_output_only(self) -> None:
        # 110 measured out where 100 are drawn: the loss is the curve's at 110 = 10 + 11 + 12.1 = 33.1, residual 10.
        stage = stage_of(100 * QUARTER_W, None, 110 * QUARTER_W, self.CURVE)
        assert stage.loss_j.tolist() == [round(33.1 * SETTLEMENT_S)]
        assert stage.residual_j.tolist() == [10 * SETTLEMENT_S]

    def test_both_meters(self) -> None:
        stage = stage_of(100 * QUARTER_W, 150 * QUARTER_W, 110 * QUARTER_W, self.CURVE)
        assert (stage.loss_j, stage.residual_j) == (40 * QUARTER_W, 10 * QUARTER_W)
        assert stage.loss_quality is Quality.DERIVED

    def test_an_element_without_loss_has_the_same_energy_on_both_sides(self) -> None:
        stage = stage_of(100 * QUARTER_W, 104 * QUARTER_W, None, LossCurve())
        assert (stage.in_j, stage.out_j, stage.loss_j, stage.residual_j) == (
            104 * QUARTER_W, 104 * QUARTER_W, 0, 4 * QUARTER_W)


@given(drawn=st.integers(0, 10**7), measured_in=st.none() | st.integers(0, 10**7),
       measured_out=st.none() | st.integers(0, 10**7), linear=st.floats(0, 0.5), fixed=st.floats(0, 100))
def test_every_stage_balances(drawn: int, measured_in: int | None, measured_out: int | None, linear: float,
                              fixed: float) -> None:
    def reading(value: int | None) -> np.ndarray | None:
        return None if value is None else np.array([value], dtype=np.int64)

    stage = stage_of(np.array([drawn], dtype=np.int64), reading(measured_in), reading(measured_out),
                     LossCurve(fixed_w=fixed, linear=linear))
    assert stage.in_j == drawn + stage.loss_j + stage.residual_j
    assert stage.loss_j >= 0


class TestMetersThatAreNeeded:
    @pytest.mark.parametrize(("meter", "place"), [
        ("facility", "grid"), ("genset-out", "genset"), ("crah-in", "crah"), ("tank-in", "tank"), ("o-b-n1", "b-n1"),
    ])
    def test_without_its_meter_an_energy_cant_be_known(self, small: Site, day: Period, meter: str, place: str) -> None:
        site = without_meter(small, meter)
        with pytest.raises(EnergyError, match=f"'{place}' has no meter") as refusal:
            close(site, readings_for(site, day))
        assert f"`at: {place}`" in str(refusal.value)

    @pytest.mark.parametrize("meters", [("ups-a-in",), ("ups-a-out",), ("ups-a-in", "ups-a-out"), ("plant",),
                                        ("plant", "ups-a-in", "ups-b-in", "ups-a-out", "ups-b-out")])
    def test_other_meters_may_lack_and_the_sum_still_closes(self, small: Site, day: Period, meters: tuple[str]) -> None:
        site = without_meter(small, *meters)
        closure = close(site, readings_for(site, day))
        parts = closure.it_energy_j + closure.base_load_j + closure.residual_j + sum(closure.machines_j.values())
        assert np.array_equal(parts + sum(stage.loss_j for stage in closure.stages.values()), closure.facility_j)

    def test_without_the_panels_meter_the_base_load_is_declared(self, small: Site, day: Period) -> None:
        site = without_meter(small, "plant")
        closure = close(site, readings_for(site, day))
        assert closure.base_load_quality is Quality.DECLARED
        assert closure.base_load_j[0] == small.identity.base_load_w * SETTLEMENT_S

    def test_without_ups_meters_their_loss_is_declared(self, small: Site, day: Period) -> None:
        site = without_meter(small, "ups-a-in", "ups-a-out")
        stage = close(site, readings_for(site, day)).stages["ups-a"]
        # 30 % of the 180 W of its outlets
        assert stage.loss_j[0] / SETTLEMENT_S == pytest.approx(54)
        assert stage.loss_quality is Quality.DECLARED


def test_a_graph_that_does_not_close_is_never_handed_on(small: Site, day: Period,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    def leaking(*arguments: Any) -> Stage:
        stage = stage_of(*arguments)
        return Stage(stage.in_j, stage.out_j, stage.loss_j + 1, stage.residual_j, stage.loss_quality)

    monkeypatch.setattr(closing, "stage_of", leaking)
    with pytest.raises(ConservationError, match="does not close on the facility meter"):
        close(small, constant_readings(day))


def test_either_sides_meter_serves_where_nothing_is_lost(small: Site, day: Period) -> None:
    registers = Registers(small, constant_readings(day))
    assert registers.at("crah", "out") is None
    assert registers.through("crah") is registers.at("crah", "in")
    assert registers.through("grid") is registers.at("grid", "out")
    assert registers.through("pdu-a") is None


def test_heat_is_not_energy(small: Site, day: Period) -> None:
    registers = Registers(small, constant_readings(day), "heat")
    assert all(registers.through(place) is None for place in ("grid", "air", "oil"))
    assert len(WATTS) == len(small.meters)


def test_a_panel_that_reads_less_than_its_machines(small: Site, day: Period) -> None:
    # 70 W at the panel, 76 at its machines: no negative base load, the 6 W are disagreement.
    closure = close(small, constant_readings(day, plant=70))
    assert not closure.base_load_j.any()
    assert closure.stages["panel-p"].residual_j[0] / SETTLEMENT_S == -6
