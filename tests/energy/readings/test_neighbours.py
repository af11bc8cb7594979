"""What the meters around a place say of it, by hand on the small site, and on generated sites without errors.

Small site (watts): facility 700 = genset 0; transformer loses 5 % of its output; UPS A 198 in, 180 out = 120 + 60;
UPS B 336 in, 320 out = 80 + 240; plant's panel 126 = 52 + 12 + 12 and base load. Declared loss of a UPS: 30 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from energy.graph.closure import close
from energy.interval import SETTLEMENT_S
from energy.readings.completion import Completion
from energy.readings.finding import FindingKind
from energy.readings.flags import BRIDGED, DERIVED, ESTIMATED, MISSING, all_measured
from energy.readings.meters import MeterReadings
from energy.readings.neighbours import Cells, Known, Neighbours
from energy.readings.row import Row
from infra.inventory.site import Site
from tests.energy.generated import INTERVALS, PERIOD, worlds
from tests.energy.graph.wide import WATTS as WIDE_WATTS
from tests.energy.graph.wide import wide_site
from tests.energy.small import WATTS


def cells_of(watts: Mapping[str, float], hurt: Mapping[str, Any] | None = None) -> dict[str, Cells]:
    """Return constant cells of three intervals; `hurt`: the flag of every cell of a meter."""
    return {name: (np.full(3, round(power_w * SETTLEMENT_S), dtype=np.int64),
                   np.full(3, (hurt or {}).get(name, 0), dtype=np.uint8)) for name, power_w in watts.items()}


def said(site: Site, meter: str, hurt: dict[str, Any] | None = None, **watts: float) -> float | None:
    """Return what the others say [W] of a meter on the small site, None where they can't."""
    named = {name.replace("_", "-"): power_w for name, power_w in watts.items()}
    found = Neighbours(site, cells_of({**WATTS, **named}, hurt), 3).of(meter)
    assert found.known.all() or not found.known.any()
    return float(found.energy_j[0]) / SETTLEMENT_S if found.known.all() else None


class TestByHand:
    @pytest.mark.parametrize(("meter", "watts"), [
        ("o-a-n1", 180 - 60), ("o-a-n2", 180 - 120), ("o-b-n3", 320 - 80),  # the UPS's output less the other outlet
        ("ups-a-out", 120 + 60), ("ups-b-out", 80 + 240),                  # an output with a loss: its children
        ("crah-in", None),   # the panel feeds the base load beside, which has no meter
        ("plant", 700 / 1.05 - 198 - 336),  # no children's sum with a base load: the transformer's output less UPS
        ("facility", (198 + 336 + 126) * 1.05),  # from below, with the transformer's declared 5 %
    ])
    def test_each_place(self, small: Site, meter: str, watts: float | None) -> None:
        assert said(small, meter) == (None if watts is None else pytest.approx(watts, abs=0.01))

    def test_an_input_from_its_output_meter_and_its_declared_loss(self, small: Site) -> None:
        # the transformer has no output meter: UPS A's input is known from below first, 180 x 1.3
        assert said(small, "ups-a-in") == 234
        # its own output gone too: what its outlets draw, and 30 %
        assert said(small, "ups-a-in", {"ups-a-out": MISSING}, ups_a_out=999) == 234

    def test_without_anything_below_the_parent_speaks(self, small: Site) -> None:
        # 700 / 1.05 − 336 − 126 = 204.67
        hurt = dict.fromkeys(("ups-a-out", "o-a-n1", "o-a-n2"), MISSING)
        assert said(small, "ups-a-in", hurt) == pytest.approx(700 / 1.05 - 336 - 126, abs=0.01)

    @pytest.mark.parametrize("flag", [DERIVED, ESTIMATED, MISSING])
    def test_only_counted_cells_serve(self, small: Site, flag: Any) -> None:
        hurt = {"o-a-n2": flag}
        assert said(small, "o-a-n1", hurt) is None
        assert said(small, "o-a-n1", {"o-a-n2": BRIDGED}) == 120

    def test_a_difference_below_zero_is_no_energy(self, small: Site) -> None:
        # outlets 60 + 190 under an output of 180: nothing is left for n1
        assert said(small, "o-a-n1", o_a_n2=190) is None

    def test_a_difference_is_as_unsure_as_what_it_was_taken_from(self, small: Site) -> None:
        found = Neighbours(small, cells_of(WATTS), 3).of("o-a-n1")
        assert (found.energy_j[0], found.size_j[0]) == (120 * SETTLEMENT_S, 180 * SETTLEMENT_S)
        below = Neighbours(small, cells_of(WATTS), 3).of("ups-a-out")
        assert below.size_j is below.energy_j

    def test_heat_has_no_neighbours(self, small: Site) -> None:
        meters = {**small.meters, "heat": small.meters["crah-in"].model_copy(update={"quantity": "heat"})}
        site = small.model_copy(update={"meters": meters})
        assert not Neighbours(site, cells_of({**WATTS, "heat": 9}), 3).of("heat").known.any()

    def test_without_base_load_a_panel_is_its_machines(self, small: Site) -> None:
        site = small.model_copy(update={"identity": small.identity.model_copy(update={"base_load_w": 0})})
        assert said(site, "plant") == 52 + 12 + 12
        assert said(site, "crah-in") == 126 - 12 - 12

    # Mutation: the two `or_else` of Neighbours.of turned round turn this red.
    def test_a_parent_with_its_own_meter_speaks_first(self) -> None:
        # panel-ups on ups-b: 1,200 out less 900 of pdu-b less 100 of the pump; what hangs below it counts 150 only
        around = Neighbours(wide_site(), cells_of({**WIDE_WATTS, "crah": 150.0}), 3)
        assert around.of("p-ups").energy_j[0] == 200 * SETTLEMENT_S
        # panel-cold on panel-main, which also feeds a base load that nobody measures: from below
        assert around.of("cold").energy_j[0] == 500 * SETTLEMENT_S

    def test_what_has_two_parents_tells_neither(self) -> None:
        # ups-c hangs on both transformers: which of them fed it nobody measured, so ups-a's input is known from below
        site = wide_site()
        around = Neighbours(site, cells_of(WIDE_WATTS), 3)
        assert around.of("ua-in").energy_j[0] == 660 * SETTLEMENT_S  # 600 out and 10 %
        assert around.of("main").known.any() == (site.identity.base_load_w == 0)
        # ups-a without anything below: tr-1's output less panel-main less half of nobody-knows
        hurt = dict.fromkeys(("ua-out", "o-a-n1", "o-a-n2"), MISSING)
        assert not Neighbours(site, cells_of(WIDE_WATTS, hurt), 3).of("ua-in").known.any()

    @pytest.mark.parametrize(("watts", "rest"), [((1730.0, 2540.0), 2540.0), ((4000.0, 270.0), 270.0)])
    def test_two_incomers_know_each_other(self, watts: tuple[float, float], rest: float) -> None:
        # what the transformers take less the other incomer: tr-1 1,730 and tr-2 2,530, the genset at rest
        cells = cells_of({**WIDE_WATTS, "f-1": watts[0], "f-2": watts[1]})
        found = Neighbours(wide_site(), cells, 3).of("f-2")
        assert found.energy_j[0] == (4260 - watts[0]) * SETTLEMENT_S
        assert abs(found.energy_j[0] / SETTLEMENT_S - rest) == 10


class TestKnown:
    def test_sums_and_differences(self) -> None:
        one = Known(np.array([5, 5, 5]), np.array([True, True, False]))
        two = Known(np.array([3, 9, 1]), np.array([True, True, True]))
        assert (one + two).known.tolist() == [True, True, False]
        left = one.minus(two)
        assert (left.energy_j.tolist(), left.known.tolist()) == ([2, -4, 4], [True, False, False])
        assert one.or_else(two).energy_j.tolist() == [5, 5, 1]
        assert left.or_else(two).size_j.tolist() == [5, 9, 1]


class TestGenerated:
    """Meters without error: what the others say of a meter is what it counted."""

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(worlds(metered_ups=True), st.data())
    def test_neighbours_agree_with_a_meter_that_is_right(self, world: tuple[Site, MeterReadings, Any],
                                                         data: st.DataObject) -> None:
        site, readings, _use = world
        site = site.model_copy(update={"identity": site.identity.model_copy(update={"base_load_w": 0})})
        true = without_errors(site, readings)
        name = data.draw(st.sampled_from(sorted(site.meters)))
        cells = {meter: (row, all_measured(INTERVALS)) for meter, row in true.items()}
        # its own cell must not matter: hide it
        cells[name] = (np.zeros(INTERVALS, dtype=np.int64), np.full(INTERVALS, MISSING, dtype=np.uint8))
        around = Neighbours(site, cells, INTERVALS).of(name)
        off = np.abs(around.energy_j - true[name])[around.known]
        assert (off <= 10).all()  # each loss curve on the way is rounded to a joule, some are turned round


def without_errors(site: Site, readings: MeterReadings) -> dict[str, Any]:
    """Return what right meters would have counted: outlets and machines as drawn, the rest from the closure."""
    leaves = {name: row for name, row in readings.energy_j.items() if name.startswith(("o-", "m-"))}
    bare = site.model_copy(update={"meters": {name: meter for name, meter in site.meters.items()
                                              if name in leaves or name == "facility"}})
    closure = close(bare, MeterReadings(PERIOD, {**leaves, "facility": readings.energy_j["facility"]}))
    drawn = closure.facility_j - closure.residual_j
    true: dict[str, Any] = {}
    for name, meter in site.meters.items():
        if name == "facility":
            true[name] = drawn
        elif name in leaves:
            true[name] = leaves[name]
        else:
            stage = closure.stages[meter.at]
            true[name] = stage.in_j if meter.side == "in" else stage.out_j
    assert not closure.base_load_j.any()
    return true


class TestCompletion:
    def rows(self, **hurt: Any) -> dict[str, Row]:
        cells = cells_of(WATTS)
        for name, flags in hurt.items():
            energy_j, _flags = cells[name.replace("_", "-")]
            marks = np.array(flags, dtype=np.uint8)
            cells[name.replace("_", "-")] = (np.where(marks == MISSING, 0, energy_j), marks)
        return {name: Row(energy_j, flags, ()) for name, (energy_j, flags) in cells.items()}

    def done(self, small: Site, **hurt: Any) -> Completion:
        return Completion(small, PERIOD, self.rows(**hurt))

    def test_derived_cells_are_the_parent_minus_the_others_to_the_joule(self, small: Site) -> None:
        completion = self.done(small, o_a_n1=[0, 4, 0])
        completion.derive()
        assert completion.cells["o-a-n1"][0].tolist() == [120 * SETTLEMENT_S] * 3
        assert completion.cells["o-a-n1"][1].tolist() == [0, DERIVED, 0]
        (finding,) = completion.findings
        assert (finding.kind, finding.count, finding.first) == (FindingKind.DERIVED, 1, PERIOD.start_of(1))
        assert str(finding) == "o-a-n1: 1 intervals without reading are derived from the meters around it"

    def test_derived_cells_never_stand_on_derived_cells(self, small: Site) -> None:
        completion = self.done(small, o_a_n1=[0, 4, 0], ups_a_out=[0, 4, 0])
        completion.derive()
        # n1 through the declared loss: 198 / 1.3 − 60 = 92.3 W. UPS A's output would then be the sum of its outlets,
        # one of them derived: it stays missing
        assert completion.cells["o-a-n1"][1].tolist() == [0, DERIVED, 0]
        assert completion.cells["o-a-n1"][0][1] == pytest.approx((198 / 1.3 - 60) * SETTLEMENT_S, abs=1)
        assert completion.cells["ups-a-out"][1].tolist() == [0, MISSING, 0]
        assert [one.where for one in completion.findings] == ["o-a-n1"]

    @pytest.mark.parametrize("meter", ["facility", "genset_out"])
    def test_nothing_stands_in_for_a_supply(self, small: Site, meter: str) -> None:
        completion = self.done(small, **{meter: [0, 4, 0]})
        completion.derive()
        completion.estimate()
        assert completion.cells[meter.replace("_", "-")][1].tolist() == [0, MISSING, 0]

    def test_a_meter_never_heard_is_estimated_at_its_nameplate_and_never_derived(self, small: Site) -> None:
        completion = self.done(small, o_a_n1=[4, 4, 4])
        completion.derive()
        assert completion.findings == []
        completion.estimate()
        # n1's nameplate of 500 W over its two outlets
        assert completion.cells["o-a-n1"][0].tolist() == [250 * SETTLEMENT_S] * 3
        assert [one.kind for one in completion.findings] == [FindingKind.ESTIMATED]

    def test_what_was_read_is_left_alone(self, small: Site) -> None:
        rows = self.rows(o_a_n1=[0, 4, 0])
        before = {name: row.energy_j.copy() for name, row in rows.items()}
        completion = Completion(small, PERIOD, rows)
        for step in (completion.thaw, completion.shape, completion.derive, completion.estimate):
            step()
        assert all(np.array_equal(rows[name].energy_j, before[name]) for name in rows)  # rows are never written on
        assert {name for name, (_e, flags) in completion.cells.items() if flags.any()} == {"o-a-n1"}

    def test_a_hole_whose_meter_above_was_bridged_keeps_its_even_shape(self, small: Site) -> None:
        rows = self.rows()
        rows["o-a-n1"] = Row(np.array([90, 110, 100]), np.array([1, 1, 1], dtype=np.uint8), ((0, 3),))
        rows["ups-a-out"] = Row(np.array([1, 1, 8]), np.array([0, 1, 0], dtype=np.uint8), ())
        completion = Completion(small, PERIOD, rows)
        completion.shape()
        assert completion.cells["o-a-n1"][0].tolist() == [90, 110, 100]
        rows["ups-a-out"] = Row(np.array([1, 1, 8]), all_measured(3), ())
        completion = Completion(small, PERIOD, rows)
        completion.shape()
        assert completion.cells["o-a-n1"][0].tolist() == [30, 30, 240]  # 300 as 1 : 1 : 8
