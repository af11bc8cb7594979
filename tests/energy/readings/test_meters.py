"""The whole reading of meters from a source in memory: order, windows, parts, and each allowance alone and together."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from energy.errors import EnergyError, MissingDataError, PartialAnswerError
from energy.interval import SETTLEMENT_S, Period
from energy.readings.allow import ESTIMATED, NAMES, Allow, allow
from energy.readings.finding import FindingKind
from energy.readings.flags import ESTIMATED as ESTIMATED_CELL
from energy.readings.flags import MISSING, Flag
from energy.readings.gather import gather
from energy.readings.meters import MeterReadings, read_meters
from energy.readings.names import METER_ENERGY
from energy.readings.refusals import begins_late
from tests.energy.engine import Registers, interval_j, registers
from tests.energy.readings.memory import Memory, of_meters
from tests.energy.readings.test_exports import START, TWO_HOURS
from tests.energy.small import WATTS, small_site

FIRST = int(START.timestamp())
SMALL = small_site()
SAID = {"partial": "store-1 is down", "retention": "the history begins at", "downsampled": "was thinned out",
        "estimated": "has no reading"}


@pytest.fixture
def whole() -> Registers:
    return registers(TWO_HOURS, WATTS)


def late(values: Registers, minutes: int) -> Registers:
    return {name: [row for row in samples if row[0] >= FIRST + 60 * minutes] for name, samples in values.items()}


class TestOrder:
    # Law I6. Mutation: the sorting of Register.feed left out turns this red.
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.randoms(), st.sampled_from([900, 1000, 3600, 10**9]))
    def test_neither_order_nor_windows_change_a_joule(self, random: Any, windows_s: int) -> None:
        values = registers(TWO_HOURS, WATTS)
        names = list(values)
        random.shuffle(names)
        for name in names:
            random.shuffle(values[name])
        found = read_meters(of_meters({name: values[name] for name in names}, windows_s=windows_s), SMALL, TWO_HOURS)
        for name, power_w in WATTS.items():
            assert found.energy_j[name].tolist() == [interval_j(power_w)] * 8
        assert not any(flags.any() for flags in found.flags.values())
        assert {one.kind for one in found.findings} <= {FindingKind.OUT_OF_ORDER}
        assert list(found.energy_j) == list(SMALL.meters)  # the site file's order, whatever the source's

    def test_a_reading_within_the_hour_around_bridges_an_end(self, whole: Registers) -> None:
        # the first 20 minutes are not there; a sample 50 minutes before the period is: bridged, not missing
        values = late(whole, 20)
        for name, samples in values.items():
            samples.insert(0, (FIRST - 3000, round(1000 - WATTS[name] * 3000 / 3600, 6)))
        found = read_meters(of_meters(values), SMALL, TWO_HOURS)
        assert found.energy_j["facility"].tolist() == [interval_j(700)] * 8
        assert found.flags["facility"].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]
        assert found.bridged["facility"] == 2

    def test_one_beyond_the_hour_does_not(self, whole: Registers) -> None:
        values = late(whole, 20)
        for samples in values.values():
            samples.insert(0, (FIRST - 3601, 0.0))
        with pytest.raises(PartialAnswerError, match="the history begins at"):
            read_meters(of_meters(values), SMALL, TWO_HOURS)


class TestClaims:
    def test_two_series_of_one_meter_are_named(self, whole: Registers) -> None:
        source = of_meters(whole)
        again = {"site": "small", "meter": "plant", "instance": "b"}
        source.series[METER_ENERGY["Wh"]].append((again, whole["plant"]))
        with pytest.raises(MissingDataError, match="two series claim to be meter 'plant'") as refusal:
            read_meters(source, SMALL, TWO_HOURS)
        assert refusal.value.where == f"memory {METER_ENERGY['Wh']}"
        assert "one register, one series: drop the second scrape" in refusal.value.remedy

    def test_one_series_in_many_windows_is_one_claim(self, whole: Registers) -> None:
        assert gather(of_meters(whole, windows_s=600), SMALL, TWO_HOURS, allow()).registers["plant"].samples == 120

    @pytest.mark.parametrize("unit", ["kWh", "J"])
    def test_a_register_counts_in_the_unit_of_its_series_only(self, whole: Registers, unit: str) -> None:
        # the same meter's name under another unit's series is not this meter
        source = of_meters(whole)
        source.series[METER_ENERGY[unit]] = [({"site": "small", "meter": "plant"}, [(FIRST, 1.0), (FIRST + 60, 9e9)])]
        assert read_meters(source, SMALL, TWO_HOURS).energy_j["plant"].tolist() == [interval_j(126)] * 8


class TestAllowances:
    """Each stops the close until it is allowed by its own name, alone and together with any others."""

    def strange(self, *wrong: str) -> Memory:
        step = 5 if "downsampled" in wrong else 1
        values = {name: samples[::step] for name, samples in registers(TWO_HOURS, WATTS).items()}
        values = late(values, 40) if "retention" in wrong else values
        if "estimated" in wrong:  # both outlets of UPS A are silent for the last half hour: neither can be derived
            values |= {name: [row for row in values[name] if row[0] <= FIRST + 5400] for name in ("o-a-n1", "o-a-n2")}
        return of_meters(values, warning="store-1 is down" if "partial" in wrong else "")

    # Mutation: any name of energy.readings.allow taken for another turns a row red.
    @pytest.mark.parametrize("wrong", [names for count in (1, 2, 3, 4) for names in combinations(NAMES, count)])
    def test_each_combination_needs_each_of_its_names(self, wrong: tuple[str, ...]) -> None:
        kinds = {FindingKind(name) for name in wrong}
        found = read_meters(self.strange(*wrong), SMALL, TWO_HOURS, allow(wrong))
        assert {one.kind for one in found.findings} >= kinds
        assert {one.kind for one in found.findings} & {FindingKind(name) for name in NAMES} == kinds
        for lacking in wrong:
            others = [name for name in NAMES if name != lacking]  # all but the one that is needed
            with pytest.raises(MissingDataError, match=SAID[lacking]):
                read_meters(self.strange(*wrong), SMALL, TWO_HOURS, allow(others))

    def test_nothing_wrong_needs_nothing_and_says_nothing(self) -> None:
        assert read_meters(self.strange(), SMALL, TWO_HOURS, allow(NAMES)).findings == ()

    def test_a_late_history_counts_from_its_first_whole_interval(self) -> None:
        found = read_meters(self.strange("retention"), SMALL, TWO_HOURS, allow(["retention"]))
        # heard from minute 40 on: the intervals from 0:00, 0:15 and 0:30 begin before it
        assert found.energy_j["facility"].tolist() == [0, 0, 0, *[interval_j(700)] * 5]
        assert found.flags["facility"].tolist() == [MISSING] * 3 + [0] * 5
        assert found.coverage(["facility"]).cells[Flag.MISSING] == 3

    def test_one_meter_that_begins_late_is_no_short_history(self, whole: Registers) -> None:
        whole["o-a-n1"] = [row for row in whole["o-a-n1"] if row[0] >= FIRST + 2400]
        found = read_meters(of_meters(whole), SMALL, TWO_HOURS)
        assert [one.kind for one in found.findings] == [FindingKind.DERIVED]
        assert found.energy_j["o-a-n1"].tolist() == [interval_j(120)] * 8

    # Two scrapes of a minute: a first sample at 2 minutes is in time. Mutation: `2 *` of begins_late made 3, or 1.
    @pytest.mark.parametrize(("minute", "early"), [(0, 0), (2, 0), (3, 1), (15, 1), (16, 2)])
    def test_how_late_is_late(self, minute: int, early: int) -> None:
        values = late(registers(TWO_HOURS, WATTS), minute)
        gathered = gather(of_meters(values), SMALL, TWO_HOURS, allow())
        assert int(begins_late(SMALL, gathered, TWO_HOURS, allow(["retention"])).cells.sum()) == early

    def test_estimates_are_of_missing_cells_only(self) -> None:
        found = read_meters(self.strange("estimated"), SMALL, TWO_HOURS, allow([ESTIMATED]))
        assert np.flatnonzero(found.flags["o-a-n1"] == ESTIMATED_CELL).tolist() == [6, 7]
        assert not found.flags["facility"].any()

    @pytest.mark.parametrize("names", [["all"], ["Partial"], ["partial", "x"], [""]])
    def test_a_name_that_means_nothing(self, names: list[str]) -> None:
        with pytest.raises(EnergyError, match="is nothing that can be allowed") as refusal:
            allow(names)
        assert refusal.value.where == "--allow"
        assert "allow one of: partial, retention, downsampled, estimated" in str(refusal.value)

    def test_an_allowance_knows_its_names(self) -> None:
        assert "partial" in allow(["partial", "partial"])
        assert "retention" not in allow(["partial"])
        assert allow() == Allow()


class TestParts:
    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def test_a_part_of_a_part_is_the_part(self, data: st.DataObject) -> None:
        rng = np.random.default_rng(3)
        day = Period(START, START + timedelta(days=1))
        readings = MeterReadings(day, {"a": rng.integers(0, 99, 96), "b": rng.integers(0, 99, 96)},
                                 {"a": rng.integers(0, 4, 96).astype(np.uint8)})
        first, last = sorted(data.draw(st.lists(st.integers(0, 96), min_size=2, max_size=2, unique=True)))
        inner = sorted(data.draw(st.lists(st.integers(first, last), min_size=2, max_size=2)))
        outer = readings.part(Period(quarter(first), quarter(last)))
        if inner[0] == inner[1]:
            return
        part = Period(quarter(inner[0]), quarter(inner[1]))
        once, twice = readings.part(part), outer.part(part)
        assert once.energy_j["a"].tolist() == twice.energy_j["a"].tolist() == readings.energy_j["a"][
            inner[0]:inner[1]].tolist()
        assert once.flags_of("a").tolist() == twice.flags_of("a").tolist()
        assert once.flags_of("b").tolist() == [0] * part.count

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.integers(1, 95), unique=True, max_size=5))
    def test_coverage_of_parts_adds_up(self, cuts: list[int]) -> None:
        rng = np.random.default_rng(4)
        day = Period(START, START + timedelta(days=1))
        whole = MeterReadings(day, {"a": rng.integers(-5, 99, 96)}, {"a": rng.integers(0, 5, 96).astype(np.uint8)})
        edges = [0, *sorted(cuts), 96]
        parts = [whole.part(Period(quarter(a), quarter(b))).coverage() for a, b in pairwise(edges)]
        for flag in Flag:
            assert sum(part.cells[flag] for part in parts) == whole.coverage().cells[flag]
            assert sum(part.energy_j[flag] for part in parts) == whole.coverage().energy_j[flag]

    def test_a_part_shares_the_memory_of_the_whole(self) -> None:
        day = Period(START, START + timedelta(days=1))
        whole = MeterReadings(day, {"a": np.zeros(96, dtype=np.int64)})
        assert np.shares_memory(whole.part(Period(quarter(4), quarter(8))).energy_j["a"], whole.energy_j["a"])


def quarter(index: int) -> datetime:
    return START + timedelta(seconds=SETTLEMENT_S * index)
