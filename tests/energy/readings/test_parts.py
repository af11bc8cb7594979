"""Flags, coverage, findings, and a day cut out of a month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.errors import EnergyError
from energy.interval import SETTLEMENT_S, Period
from energy.quality import Quality
from energy.readings.coverage import coverage_of
from energy.readings.finding import Finding, FindingKind
from energy.readings.flags import BRIDGED, DERIVED, MEASURED, MISSING, Flag, all_measured, quality_of, worst
from energy.readings.meters import MeterReadings
from energy.readings.part import part_of
from tests.energy.small import constant_use

START = datetime(2012, 3, 5, tzinfo=UTC)
TWO_DAYS = Period(START, START + timedelta(days=2))
SECOND_DAY = Period(START + timedelta(days=1), START + timedelta(days=2))


def quarter(index: int) -> datetime:
    return START + timedelta(seconds=SETTLEMENT_S * index)


class TestFlags:
    def test_codes_are_those_of_the_data_files(self) -> None:
        assert [flag.value for flag in Flag] == [0, 1, 2, 3, 4]
        assert [flag.word for flag in Flag] == ["measured", "bridged", "derived", "estimated", "missing"]

    def test_a_sum_is_as_sure_as_its_least_sure_cell(self) -> None:
        assert worst(np.array([0, 1, 0], dtype=np.uint8)) is Flag.BRIDGED
        assert worst(all_measured(0)) is Flag.MEASURED
        assert quality_of(np.array([0, 2, 1], dtype=np.uint8)) is Quality.DERIVED
        assert quality_of(all_measured(3)) is Quality.MEASURED

    def test_a_missing_cell_has_no_quality(self) -> None:
        with pytest.raises(KeyError):
            quality_of(np.array([0, 4], dtype=np.uint8))


class TestCoverage:
    def test_energy_by_flag(self) -> None:
        # 100 + 200 measured, 50 bridged, |-30| derived: 380 J in all
        flags = np.array([MEASURED, MEASURED, BRIDGED, DERIVED], dtype=np.uint8)
        coverage = coverage_of([(np.array([100, 200, 50, -30]), flags)])
        assert coverage.energy_j == {Flag.MEASURED: 300, Flag.BRIDGED: 50, Flag.DERIVED: 30, Flag.ESTIMATED: 0,
                                     Flag.MISSING: 0}
        assert coverage.cells[Flag.MEASURED] == 2
        assert coverage.share(Flag.BRIDGED) == 50 / 380

    def test_a_meter_that_stood_still_is_covered_by_its_cells(self) -> None:
        flags = np.array([MEASURED, MEASURED, MISSING, MEASURED], dtype=np.uint8)
        coverage = coverage_of([(np.zeros(4, dtype=np.int64), flags)])
        assert coverage.share(Flag.MEASURED) == 0.75
        assert coverage_of([]).share(Flag.MEASURED) == 0.0

    @given(st.lists(st.tuples(st.integers(-10**9, 10**9), st.integers(0, 4)), min_size=1, max_size=40))
    def test_shares_add_up_to_one(self, cells: list[tuple[int, int]]) -> None:
        energy_j = np.array([energy for energy, _ in cells], dtype=np.int64)
        flags = np.array([flag for _, flag in cells], dtype=np.uint8)
        coverage = coverage_of([(energy_j, flags)])
        assert abs(sum(coverage.share(flag) for flag in Flag) - 1) < 1e-12
        assert sum(coverage.cells.values()) == len(cells)


class TestReadings:
    def readings(self) -> MeterReadings:
        flags = all_measured(192)
        flags[100] = BRIDGED
        early = Finding(FindingKind.RESET, "a", "fell", first=quarter(3), last=quarter(3))
        across = Finding(FindingKind.GAP, "a", "held", first=quarter(90), last=quarter(100))
        always = Finding(FindingKind.RETENTION, "source", "short")
        return MeterReadings(TWO_DAYS, {"a": np.arange(192), "b": np.ones(192, dtype=np.int64)}, {"a": flags},
                             (early, across, always))

    def test_a_day_is_cut_out_with_its_flags_and_findings(self) -> None:
        day = self.readings().part(SECOND_DAY)
        assert day.period == SECOND_DAY
        assert day.energy_j["a"].tolist() == list(range(96, 192))
        assert np.flatnonzero(day.flags["a"]).tolist() == [4]
        assert [finding.kind for finding in day.findings] == [FindingKind.GAP, FindingKind.RETENTION]

    def test_what_has_no_flags_was_measured(self) -> None:
        readings = self.readings()
        assert readings.quality("b") is Quality.MEASURED
        assert readings.quality("a") is Quality.BRIDGED
        assert readings.bridged == {"a": 1}
        assert readings.coverage(["b"]).share(Flag.MEASURED) == 1.0
        assert readings.coverage().cells[Flag.BRIDGED] == 1

    @pytest.mark.parametrize(("before_h", "after_h"), [(-1, 0), (0, 1)])
    def test_a_part_that_reaches_outside_is_refused(self, before_h: int, after_h: int) -> None:
        outside = Period(START + timedelta(hours=before_h), TWO_DAYS.end + timedelta(hours=after_h))
        with pytest.raises(EnergyError, match="is not within the readings") as refusal:
            self.readings().part(outside)
        assert "read a longer period first" in refusal.value.remedy

    @given(st.integers(0, 190), st.integers(1, 192))
    def test_parts_put_together_are_the_whole(self, first: int, length: int) -> None:
        last = min(192, first + length)
        inside = part_of(TWO_DAYS, Period(quarter(first), quarter(last)))
        assert np.arange(192)[inside].tolist() == list(range(first, last))


def test_use_is_cut_the_same_way() -> None:
    day = constant_use(TWO_DAYS).part(SECOND_DAY)
    assert day.period == SECOND_DAY
    assert len(day.nodes["n1"].cpu_used_s["alpha"]) == 96
    assert day.nodes["n1"].accounts() == ("alpha", "beta")
    assert day.nodes["n3"].gpu_reserved["beta"].tolist() == [1.0] * 96


def test_a_finding_says_what_and_where() -> None:
    finding = Finding(FindingKind.RESET, "facility", "it fell {count} times", count=2, figures={"count": 2})
    assert str(finding) == "facility: it fell 2 times"
    assert finding.touches(START, quarter(1))
