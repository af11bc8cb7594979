"""Local days of a period: the long one, the short one, and the ones cut by its edges."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from energy.closing.days import days_of
from energy.interval import Period, month_period

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(("month", "days", "intervals"), [
    ("2012-02", 29, 29 * 96), ("2012-03", 31, 31 * 96 - 4), ("2012-10", 31, 31 * 96 + 4)])
def test_days_make_up_the_month(month: str, days: int, intervals: int) -> None:
    found = list(days_of(month_period(month, PARIS), PARIS))
    assert len(found) == days
    assert sum(part.count for _day, part in found) == intervals


def test_days_adjoin_and_cover_the_period() -> None:
    month = month_period("2012-03", PARIS)
    parts = [part for _day, part in days_of(month, PARIS)]
    assert (parts[0].start, parts[-1].end) == (month.start, month.end)
    assert all(before.end == after.start for before, after in itertools.pairwise(parts))


def test_the_day_of_the_change_of_hour() -> None:
    by_day = {day: part.count for day, part in days_of(month_period("2012-03", PARIS), PARIS)}
    assert by_day["2012-03-25"] == 92  # 02:00 did not exist
    by_day = {day: part.count for day, part in days_of(month_period("2012-10", PARIS), PARIS)}
    assert by_day["2012-10-28"] == 100  # 02:00 came twice


def test_a_period_within_a_day_is_one_part() -> None:
    period = Period(datetime(2012, 3, 5, 6, tzinfo=UTC), datetime(2012, 3, 5, 7, tzinfo=UTC))
    assert list(days_of(period, PARIS)) == [("2012-03-05", period)]


def test_a_period_over_midnight_is_cut_there() -> None:
    period = Period(datetime(2012, 3, 5, 22, 30, tzinfo=UTC), datetime(2012, 3, 5, 23, 30, tzinfo=UTC))
    assert [(day, part.count) for day, part in days_of(period, PARIS)] == [("2012-03-05", 2), ("2012-03-06", 2)]
