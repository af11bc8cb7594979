"""Settlement time: half-open intervals of 15 minutes in UTC, and calendar months of the site's own time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from energy.errors import EnergyError
from infra.inventory.errors import N_

SETTLEMENT_S = 900
_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True)
class Period:
    """The time from `start` to `end`, `end` excluded, on settlement edges; both aware, kept in UTC.

    Raises EnergyError for a naive time, an edge off the quarter-hour, or an end that is not after the start.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            object.__setattr__(self, name, _edge(getattr(self, name)))
        if self.end <= self.start:
            raise EnergyError(N_("the period ends at {end}, not after its start at {start}"),
                              start=self.start.isoformat(), end=self.end.isoformat(),
                              remedy=N_("write the start first"))

    @property
    def count(self) -> int:
        """Return the number of settlement intervals."""
        return int((self.end - self.start).total_seconds()) // SETTLEMENT_S

    @property
    def starts_s(self) -> npt.NDArray[np.int64]:
        """Return the start of each interval [s since 1970]."""
        return self.edges_s[:-1]

    @property
    def edges_s(self) -> npt.NDArray[np.int64]:
        """Return the `count + 1` edges of the intervals [s since 1970]."""
        first = int(self.start.timestamp())
        return first + SETTLEMENT_S * np.arange(self.count + 1, dtype=np.int64)

    @property
    def is_whole_year(self) -> bool:
        """Return whether the period has the 12 months that a PUE asks for (ISO/IEC 30134-2): 365 days or more."""
        return self.end - self.start >= timedelta(days=365)

    def start_of(self, index: int) -> datetime:
        """Return the start of interval number `index`, in UTC."""
        return self.start + timedelta(seconds=SETTLEMENT_S * index)


def month_period(month: str, zone: ZoneInfo) -> Period:
    """Return the calendar month `YYYY-MM` of the time zone `zone`.

    A month with a change of hour is an hour shorter or longer: 2012-03 in Paris has 2,972 intervals.
    Raises EnergyError when `month` is not a month.
    """
    match = _MONTH.fullmatch(month)
    year, number = (int(match[1]), int(match[2])) if match else (0, 0)
    if not (1970 <= year <= 9998 and 1 <= number <= 12):
        raise EnergyError(N_("'{month}' is not a month"), month=month, remedy=N_("write it as 2012-03"))
    following = (year + 1, 1) if number == 12 else (year, number + 1)
    return Period(datetime(year, number, 1, tzinfo=zone), datetime(*following, 1, tzinfo=zone))


def _edge(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise EnergyError(N_("{moment} has no time zone"), moment=moment.isoformat(),
                          remedy=N_("write it with its offset, for instance 2012-03-01T00:00:00+01:00"))
    utc = moment.astimezone(UTC)
    if utc.timestamp() % SETTLEMENT_S:
        raise EnergyError(N_("{moment} is not on the edge of a settlement interval"), moment=moment.isoformat(),
                          remedy=N_("settlement goes by quarters of an hour: :00, :15, :30, :45"))
    return utc
