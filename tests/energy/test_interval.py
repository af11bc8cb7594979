"""Settlement time: months of a time zone, edges, and times that are refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.errors import EnergyError
from energy.interval import SETTLEMENT_S, Period, month_period

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(("month", "hours"), [
    ("2012-03", 31 * 24 - 1),  # summer time begins on the 25th
    ("2012-10", 31 * 24 + 1),  # and ends on the 28th
    ("2012-02", 29 * 24),      # a leap year
    ("2013-02", 28 * 24),
    ("2012-12", 31 * 24),
])
def test_a_month_has_the_intervals_of_its_own_clocks(month: str, hours: int) -> None:
    assert month_period(month, PARIS).count == 4 * hours


def test_march_2012_in_paris_has_2972_intervals() -> None:
    period = month_period("2012-03", PARIS)
    assert period.count == 2972
    assert period.start == datetime(2012, 2, 29, 23, tzinfo=UTC)
    assert period.end == datetime(2012, 3, 31, 22, tzinfo=UTC)


def test_the_same_month_elsewhere_is_another_period() -> None:
    assert month_period("2012-03", ZoneInfo("UTC")).count == 2976
    assert month_period("2012-03", ZoneInfo("Indian/Reunion")).start == datetime(2012, 2, 29, 20, tzinfo=UTC)


@pytest.mark.parametrize("month", [
    "2012", "2012-3", "2012-13", "2012-00", "12-03", "march", "2012-03-01", "", "1012-03",
])
def test_what_is_not_a_month_is_refused(month: str) -> None:
    with pytest.raises(EnergyError, match="is not a month") as refusal:
        month_period(month, PARIS)
    assert "2012-03" in refusal.value.remedy


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(EnergyError, match="2012-03-01T00:00:00 has no time zone") as refusal:
        Period(datetime(2012, 3, 1), datetime(2012, 3, 2, tzinfo=UTC))
    assert "offset" in refusal.value.remedy


@pytest.mark.parametrize("minutes", [1, 7, 14, 16])
def test_an_edge_off_the_quarter_hour_is_refused(minutes: int) -> None:
    start = datetime(2012, 3, 1, tzinfo=UTC)
    with pytest.raises(EnergyError, match="not on the edge of a settlement interval"):
        Period(start, start + timedelta(minutes=minutes))


def test_a_time_zone_off_the_quarter_hour_is_on_an_edge_all_the_same() -> None:
    nepal = timezone(timedelta(hours=5, minutes=45))
    assert Period(datetime(2012, 3, 1, tzinfo=nepal), datetime(2012, 3, 2, tzinfo=nepal)).count == 96


@pytest.mark.parametrize("hours", [0, -1])
def test_a_period_that_does_not_go_forward_is_refused(hours: int) -> None:
    start = datetime(2012, 3, 1, tzinfo=UTC)
    with pytest.raises(EnergyError, match="not after its start"):
        Period(start, start + timedelta(hours=hours))


def test_edges_and_starts() -> None:
    period = Period(datetime(2012, 3, 1, tzinfo=UTC), datetime(2012, 3, 1, 1, tzinfo=UTC))
    first = int(period.start.timestamp())
    assert period.edges_s.tolist() == [first, first + 900, first + 1800, first + 2700, first + 3600]
    assert period.starts_s.tolist() == period.edges_s[:-1].tolist()
    assert period.start_of(2) == datetime(2012, 3, 1, 0, 30, tzinfo=UTC)


def test_only_twelve_months_are_a_year() -> None:
    year = Period(datetime(2012, 3, 1, tzinfo=UTC), datetime(2013, 3, 1, tzinfo=UTC))
    assert year.is_whole_year
    assert not month_period("2012-03", PARIS).is_whole_year
    assert not Period(year.start, year.end - timedelta(days=1)).is_whole_year


@given(year=st.integers(1990, 2040), month=st.integers(1, 12),
       zone=st.sampled_from(["Europe/Paris", "UTC", "America/Cayenne", "Pacific/Noumea", "Europe/London"]))
def test_months_follow_each_other_without_gap_or_overlap(year: int, month: int, zone: str) -> None:
    following = f"{year + month // 12}-{month % 12 + 1:02d}"
    here, there = month_period(f"{year}-{month:02d}", ZoneInfo(zone)), month_period(following, ZoneInfo(zone))
    assert here.end == there.start
    assert (np.diff(here.edges_s) == SETTLEMENT_S).all()
    assert len(here.edges_s) == here.count + 1
