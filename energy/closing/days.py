"""The local days of a period: what is settled, kept and replayed one by one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from energy.interval import Period


def days_of(period: Period, zone: ZoneInfo) -> Iterator[tuple[str, Period]]:
    """Yield (YYYY-MM-DD, its part of the period) for each local day; a change of hour makes it 92 or 100 intervals."""
    day = period.start.astimezone(zone).date()
    while True:
        start = datetime.combine(day, time(), tzinfo=zone)
        end = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
        if start >= period.end:
            return
        yield day.isoformat(), Period(max(start, period.start), min(end, period.end))
        day += timedelta(days=1)
