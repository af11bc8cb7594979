"""From registers to a figure in every cell: holes shaped, frozen registers, derived and estimated cells, strange units.

The small site under constant watts (tests/energy/small.py): outlets a-n1 120 W and a-n2 60 W hang on UPS A, whose
output meter says 180 W; transformer to UPS A 198 W, UPS B 336 W, plant 126 W; facility 700 W.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from energy.errors import MissingDataError
from energy.interval import SETTLEMENT_S, Period
from energy.quality import Quality
from energy.readings.allow import allow
from energy.readings.estimate import estimate
from energy.readings.exports import Exports
from energy.readings.finding import FindingKind
from energy.readings.flags import BRIDGED, DERIVED, ESTIMATED, MEASURED, MISSING, Flag, all_measured
from energy.readings.meter_table import meter_rows
from energy.readings.meters import MeterReadings, read_meters
from energy.readings.places import is_incomer, meter_above, rating_w
from energy.readings.spread import spread
from infra.inventory.site import Site
from tests.energy.engine import Registers, Sample, interval_j, registers
from tests.energy.readings.test_exports import csv
from tests.energy.small import WATTS

START = datetime(2012, 3, 5, tzinfo=UTC)
SIX_HOURS = Period(START, START + timedelta(hours=6))  # 24 intervals
FIRST = int(START.timestamp())

Settle = Callable[..., MeterReadings]


@pytest.fixture
def whole() -> Registers:
    return registers(SIX_HOURS, WATTS)


@pytest.fixture
def settle(small: Site, tmp_path: Path) -> Settle:
    def settled(values: Registers, *allowed: str, period: Period = SIX_HOURS) -> MeterReadings:
        return read_meters(Exports([csv(tmp_path, values)], "small"), small, period, allow(allowed))

    return settled


def changed(samples: list[Sample], change: Callable[[float, float], float | None]) -> list[Sample]:
    """Return samples after `change(minute, value)`; None leaves a sample out."""
    found = [(moment, change((moment - FIRST) / 60, value)) for moment, value in samples]
    return [(moment, value) for moment, value in found if value is not None]


def kinds(readings: MeterReadings, meter: str) -> set[FindingKind]:
    return {one.kind for one in readings.findings if one.where == meter}


class TestShape:
    def test_a_hole_has_the_shape_of_the_meter_above(self, whole: Registers, settle: Settle) -> None:
        # ups-a-out drew 180 W for an hour, 360 W for the next; outlet a-n1 was not heard from 1:00 to 3:00 but went on
        def double(minute: float) -> float:
            return minute + max(0.0, min(minute, 180) - 120)  # minutes at 180 W: twice as fast from 2:00 to 3:00

        for name, power_w in (("ups-a-out", 180.0), ("o-a-n1", 120.0)):
            whole[name] = changed(whole[name], lambda minute, _, p=power_w: 1000 + p * double(minute) / 60)
        whole["o-a-n1"] = changed(whole["o-a-n1"], lambda minute, value: None if 60 < minute < 180 else value)
        readings = settle(whole)
        # 120 W then 240 W: 360 Wh over the hole, as 4 intervals of 30 Wh and 4 of 60 Wh
        assert readings.energy_j["o-a-n1"][4:12].tolist() == [30 * 3600] * 4 + [60 * 3600] * 4
        assert (readings.flags["o-a-n1"][4:12] == BRIDGED).all()
        assert readings.energy_j["o-a-n1"].sum() == round((whole["o-a-n1"][-1][1] - 1000) * 3600)

    def test_a_hole_of_all_meters_is_even(self, whole: Registers, settle: Settle) -> None:
        values = {name: changed(samples, lambda minute, value: None if 60 < minute < 180 else value)
                  for name, samples in whole.items()}
        readings = settle(values)
        assert readings.energy_j["facility"].tolist() == [interval_j(700)] * 24
        assert readings.quality("facility") is Quality.BRIDGED
        assert readings.coverage(["facility"]).share(Flag.BRIDGED) == pytest.approx(8 / 24)

    @pytest.mark.parametrize(("total_j", "weights", "expected"), [
        (10, [1, 1, 1], [3, 4, 3]),       # 3.33, 6.67 -> 3, 7, 10
        (10, [0, 0, 0], [3, 4, 3]),       # nothing known of the shape: even
        (7, [0, 5, 0], [0, 7, 0]),
        (0, [1, 2], [0, 0]),
        (9, [-4, 3], [0, 9]),             # a meter above that fell says nothing
    ])
    def test_whole_joules(self, total_j: int, weights: list[int], expected: list[int]) -> None:
        assert spread(total_j, np.array(weights)).tolist() == expected


class TestFrozen:
    def test_a_register_that_stood_still_and_caught_up(self, whole: Registers, settle: Settle) -> None:
        # 1:00 to 3:00 at the value of 1:00, then right again: nothing is lost, only its shape
        stuck = whole["o-a-n1"][60][1]
        whole["o-a-n1"] = changed(whole["o-a-n1"], lambda minute, value: stuck if 60 <= minute < 180 else value)
        readings = settle(whole)
        assert readings.energy_j["o-a-n1"].sum() == 24 * interval_j(120)
        assert FindingKind.FROZEN in kinds(readings, "o-a-n1")
        assert (readings.flags["o-a-n1"][4:12] == BRIDGED).all()
        assert readings.energy_j["o-a-n1"][4:8] == pytest.approx([interval_j(120)] * 4, rel=0.1)

    # Mutation: LEAST_SHARE made 2 turns this red.
    def test_a_register_whose_energy_is_lost_is_derived(self, whole: Registers, settle: Settle) -> None:
        # it goes on from where it stood: two hours are not in it; UPS A output minus the other outlet knows them
        stuck = whole["o-a-n1"][60][1]
        whole["o-a-n1"] = changed(whole["o-a-n1"], lambda minute, value: value if minute < 60 else
                                  stuck if minute < 180 else value - 240)
        readings = settle(whole)
        assert readings.energy_j["o-a-n1"].tolist() == [interval_j(120)] * 24
        assert np.flatnonzero(readings.flags["o-a-n1"] == DERIVED).tolist() == list(range(4, 12))
        assert kinds(readings, "o-a-n1") >= {FindingKind.FROZEN, FindingKind.DERIVED}

    def test_a_facility_meter_that_stood_still_is_refused(self, whole: Registers, settle: Settle,
                                                          small: Site) -> None:
        # without base load and genset all that it feeds is known, and still nothing stands in for it
        stuck = whole["facility"][60][1]
        whole["facility"] = changed(whole["facility"], lambda minute, value: value if minute < 60 else
                                    stuck if minute < 180 else value - 1400)
        assert is_incomer(small, small.meters["facility"])
        with pytest.raises(MissingDataError, match="meter 'facility' has no reading for 8 of 24 intervals") as refusal:
            settle(whole)
        assert "the register stood still for 8 intervals while the meters around it counted" in str(refusal.value)

    def test_a_node_that_is_off_is_not_frozen(self, whole: Registers, settle: Settle) -> None:
        # it draws nothing from 1:00 to 3:00, and so does UPS A
        for name, power_w in (("o-a-n1", 120.0), ("ups-a-out", 180.0), ("ups-a-in", 198.0)):
            rest = {"o-a-n1": 0.0, "ups-a-out": 60.0, "ups-a-in": 78.0}[name]
            whole[name] = changed(whole[name], lambda minute, _, p=power_w, r=rest: 1000 + (
                p * minute - (p - r) * max(0.0, min(minute, 180) - 60)) / 60)
        readings = settle(whole)
        assert readings.energy_j["o-a-n1"][4:12].tolist() == [0] * 8
        assert not readings.flags["o-a-n1"].any()


    def test_a_node_that_is_off_is_not_frozen_where_a_large_meter_is_a_little_wrong(
            self, whole: Registers, settle: Settle) -> None:
        # outlet a-n2 (60 W) is off from 1:00 to 3:00; UPS A's output meter reads 40 W too much all the time
        whole["o-a-n2"] = changed(whole["o-a-n2"], lambda minute, _: 1000 + (
            60 * minute - 60 * max(0.0, min(minute, 180) - 60)) / 60)
        whole["ups-a-out"] = changed(whole["ups-a-out"], lambda minute, _: 1000 + (
            220 * minute - 60 * max(0.0, min(minute, 180) - 60)) / 60)
        readings = settle(whole)
        assert readings.energy_j["o-a-n2"][4:12].tolist() == [0] * 8
        assert not readings.flags["o-a-n2"].any()

    def test_a_genset_at_rest_is_not_frozen(self, whole: Registers, settle: Settle) -> None:
        # the facility meter reads less than its children and the declared loss: that is no genset's energy
        whole["facility"] = changed(whole["facility"], lambda minute, _: 1000 + 650 * minute / 60)
        assert not settle(whole).flags["genset-out"].any()


class TestDerived:
    def test_parent_minus_other_children(self, whole: Registers, settle: Settle) -> None:
        whole["o-a-n1"] = changed(whole["o-a-n1"], lambda minute, value: value if minute <= 300 else None)
        readings = settle(whole)
        assert readings.energy_j["o-a-n1"].tolist() == [interval_j(120)] * 24  # 180 - 60
        assert np.flatnonzero(readings.flags["o-a-n1"] == DERIVED).tolist() == [20, 21, 22, 23]
        assert readings.quality("o-a-n1") is Quality.DERIVED

    def test_sum_of_children_plus_declared_loss(self, whole: Registers, settle: Settle) -> None:
        # ups-a-in: its loss is 30 % of its output, 180 W; base load hangs on the plant's panel, which is metered, but
        # ups-b-in is gone too: the transformer's output minus its other children can't be known
        whole["ups-b-in"] = changed(whole["ups-b-in"], lambda minute, value: value if minute <= 300 else None)
        whole["ups-a-in"] = changed(whole["ups-a-in"], lambda minute, value: value if minute <= 300 else None)
        readings = settle(whole)
        assert readings.energy_j["ups-a-in"][19:].tolist() == [interval_j(198)] + [interval_j(180 * 1.3)] * 4

    def test_measured_figures_only(self, whole: Registers, settle: Settle) -> None:
        # both outlets of UPS A are gone: neither can be derived from the other
        for name in ("o-a-n1", "o-a-n2"):
            whole[name] = changed(whole[name], lambda minute, value: value if minute <= 300 else None)
        with pytest.raises(MissingDataError, match="meter 'o-a-n1' has no reading for 4 of 24 intervals"):
            settle(whole)

    # Mutation: `is_incomer` left out of Completion.derive or .estimate turns this red.
    def test_never_the_facility_meter(self, whole: Registers, settle: Settle) -> None:
        whole["facility"] = changed(whole["facility"], lambda minute, value: value if minute <= 300 else None)
        with pytest.raises(MissingDataError, match="meter 'facility' has no reading for 4 of 24 intervals, the first "
                                                   r"from 2012-03-05T05:00:00\+00:00"):
            settle(whole, "estimated")

    def test_a_meter_that_was_never_wired_is_refused(self, whole: Registers, settle: Settle) -> None:
        del whole["o-a-n1"]
        with pytest.raises(MissingDataError, match="meter 'o-a-n1' has no reading for 24 of 24 intervals"):
            settle(whole)


class TestEstimated:
    def test_only_when_allowed_by_name(self, whole: Registers, settle: Settle) -> None:
        for name in ("o-a-n1", "o-a-n2"):
            whole[name] = changed(whole[name], lambda minute, value: value if minute <= 300 else None)
        readings = settle(whole, "estimated")
        # no week before: node n1's nameplate of 500 W over its two outlets, node n2's 250 W on its one
        assert readings.energy_j["o-a-n1"][20:].tolist() == [interval_j(250)] * 4
        assert readings.energy_j["o-a-n2"][20:].tolist() == [interval_j(250)] * 4
        assert readings.quality("o-a-n1") is Quality.ESTIMATED
        said = [str(one) for one in readings.findings if one.kind is FindingKind.ESTIMATED]
        assert said[0] == ("o-a-n1: 4 intervals without reading are estimated: 0 like the week before, 4 at full "
                           "nameplate power")

    def test_like_the_week_before_scaled_by_the_day_before(self) -> None:
        # 100 J an interval in the first week, 150 J in the second: the cell missing in week two is 100 * 1.5
        energy_j = np.concatenate([np.full(672, 100), np.full(200, 150)]).astype(np.int64)
        flags = all_measured(872)
        flags[800], energy_j[800] = MISSING, 0
        assert estimate(energy_j, flags, 0.0) == (1, 0)
        assert energy_j[800] == 150
        assert flags[800] == ESTIMATED
        assert (flags != MEASURED).sum() == 1

    def test_nothing_known_stays_missing(self) -> None:
        energy_j, flags = np.zeros(4, dtype=np.int64), np.full(4, MISSING)
        assert estimate(energy_j, flags, 0.0) == (0, 0)
        assert (flags == MISSING).all()


class TestStrangeRegisters:
    # Mutation: each call in refusals.refuse_strange left out turns its test red.
    @pytest.mark.parametrize("factor", [0.001, 1000.0])
    def test_a_unit_a_thousand_times_off(self, whole: Registers, settle: Settle, factor: float) -> None:
        # kWh (kW) labelled Wh (W): crossed with the 600 W that outlet b-n1 carries, 80 kW would be refused earlier
        name = "o-b-n1" if factor < 1 else "plant"
        whole[name] = changed(whole[name], lambda _minute, value: value * factor)
        with pytest.raises(MissingDataError, match=r"a thousand times off|would mean more than the 2000 W") as refusal:
            settle(whole)
        assert refusal.value.where == f"meters.{name}.unit"
        assert "unit: Wh" in str(refusal.value)

    def test_more_than_the_place_can_carry(self, whole: Registers, settle: Settle) -> None:
        whole["o-b-n1"] = changed(whole["o-b-n1"], lambda _minute, value: value * 100)
        with pytest.raises(MissingDataError, match="meter 'o-b-n1' at 'b-n1' would mean more than the 600 W that can "
                                                   "pass there, in 360 of 360 readings") as refusal:
            settle(whole)
        assert "then the rating of 'b-n1'" in str(refusal.value)

    def test_a_power_in_the_place_of_a_register(self, whole: Registers, settle: Settle) -> None:
        whole["o-b-n1"] = changed(whole["o-b-n1"], lambda minute, _: 80.0 + (minute * 7) % 13)
        with pytest.raises(MissingDataError, match=r"it is no register \[Wh\], rather a power") as refusal:
            settle(whole)
        assert "meter 'o-b-n1' falls" in str(refusal.value)
        assert "not its power" in refusal.value.remedy

    def test_what_was_seen_goes_with_the_refusal(self, whole: Registers, settle: Settle) -> None:
        whole["facility"] = changed(whole["facility"], lambda minute, value: value if minute <= 60 else float("nan"))
        with pytest.raises(MissingDataError, match="meter 'facility' has no reading for 20 of 24") as refusal:
            settle(whole)
        assert "facility: 300 samples are no number; they are left out" in str(refusal.value)


class TestPlaces:
    def test_ratings(self, small: Site) -> None:
        assert [rating_w(small, small.meters[name]) for name in ("facility", "o-a-n1", "crah-in", "tank-in")] == [
            5000, 600, 200, 40]

    def test_the_meter_above(self, small: Site) -> None:
        above = {name: meter_above(small, name) for name in small.meters}
        assert above["o-a-n1"] == "ups-a-out"
        assert above["ups-a-out"] == "ups-a-in"
        assert above["crah-in"] == above["tank-in"] == "plant"
        assert above["facility"] is None
        assert above["ups-a-in"] == above["plant"] == "facility"


class TestMeterTable:
    def test_coverage_drift_and_last_reading(self, small: Site, whole: Registers, tmp_path: Path) -> None:
        # outlet a-n1 reads 10 % high and was last heard at 5:00
        whole["o-a-n1"] = changed(whole["o-a-n1"], lambda minute, value: value * 1.1 if minute <= 300 else None)
        rows = {row.meter: row for row in meter_rows(Exports([csv(tmp_path, whole)], "small"), small, SIX_HOURS)}
        row = rows["o-a-n1"]
        assert row.last_seen == START + timedelta(hours=5)
        assert row.coverage.cells[Flag.MISSING] == 4
        assert row.drift == pytest.approx(0.1)  # 132 W counted where 180 - 60 are expected
        assert row.expected_j == 20 * interval_j(120)
        assert (row.place, row.side, row.serial) == ("a-n1", "out", "O1")
        assert rows["ups-a-out"].drift == pytest.approx(180 / 192 - 1)
        assert rows["genset-out"].energy_j == 0

    def test_every_meter_has_its_row_even_one_never_heard(self, small: Site, whole: Registers,
                                                          tmp_path: Path) -> None:
        del whole["plant"]
        rows = meter_rows(Exports([csv(tmp_path, whole)], "small"), small, SIX_HOURS)
        assert [row.meter for row in rows] == list(small.meters)
        plant = next(row for row in rows if row.meter == "plant")
        assert (plant.last_seen, plant.drift, plant.energy_j) == (None, None, 0)
        assert plant.coverage.share(Flag.MISSING) == 1.0


def test_an_interval_is_a_quarter_of_an_hour() -> None:
    assert SETTLEMENT_S == 900
