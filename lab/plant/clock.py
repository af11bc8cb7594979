"""The minutes of a month, and what clocks on site show then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from energy.interval import Period

STEP_S = 60
Series = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Clock:
    """The minutes of a period by their end [s since 1970]; local hour (0 to 24), weekday (Monday 0), day of year."""

    ends_s: npt.NDArray[np.int64]
    hour: Series
    weekday: npt.NDArray[np.int64]
    day_of_year: Series

    @property
    def count(self) -> int:
        return len(self.ends_s)


def clock_of(period: Period, zone: ZoneInfo) -> Clock:
    """Return the minutes of `period` with the local time at the middle of each."""
    edges = period.edges_s
    ends_s = np.arange(edges[0] + STEP_S, edges[-1] + 1, STEP_S, dtype=np.int64)
    middles = ends_s - STEP_S // 2
    local_s = middles + _offsets_s(middles, zone)
    days = local_s // 86_400
    first_day = datetime.fromtimestamp(int(middles[0]), zone).timetuple().tm_yday
    return Clock(ends_s, hour=(local_s % 86_400) / 3600, weekday=(days + 3) % 7,  # 1970-01-01 was a Thursday
                 day_of_year=(days - days[0] + first_day).astype(np.float64))


def _offsets_s(moments_s: npt.NDArray[np.int64], zone: ZoneInfo) -> npt.NDArray[np.int64]:
    """Return the offset from UTC at each moment [s]; clocks change on full hours only."""
    hours, where = np.unique(moments_s // 3600, return_inverse=True)
    offsets = [datetime.fromtimestamp(int(hour) * 3600, zone).utcoffset() for hour in hours]
    return np.array([0 if offset is None else int(offset.total_seconds()) for offset in offsets])[where]
