"""One meter's register: fed with raw samples in windows, it gives joules and a flag per interval, and what was seen."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from energy.interval import SETTLEMENT_S, Period
from energy.readings import counter_kernel as kernel
from energy.readings.finding import Finding
from energy.readings.flags import BRIDGED, MISSING, Flags
from energy.readings.row import Row
from energy.readings.seen import findings_of
from energy.readings.source import Times, Values
from energy.units import JOULES_PER_UNIT
from infra.inventory.meters import Meter

TOLERANCE_S = 5  # a scrape is never quite on time
POSSIBLE = 1.5  # what can pass at most, as a multiple of the rating: meters are not exact, nor are ratings
CLOCK_FROM = datetime(1990, 1, 1, tzinfo=UTC)  # a stamp before it is a clock that lost its time


class Register:
    """State of one meter between windows: some 27 bytes per interval, whatever the number of samples."""

    def __init__(self, meter: Meter, period: Period, limit_w: float, now: datetime) -> None:
        self._unit_j = JOULES_PER_UNIT[meter.unit]
        self._displaced = 0  # samples that came before their time in a window: sorted, not lost
        self._state = np.zeros(kernel.STATES, dtype=np.int64)
        self._totals = np.zeros(period.count + 1, dtype=np.int64)
        self._quality = np.zeros((2, period.count + 1), dtype=np.uint8)
        self._seen = np.zeros((kernel.KINDS, 3), dtype=np.int64)
        self._rules = np.zeros(kernel.RULES + 3 * max(0, len(meter.registrations) - 1), dtype=np.int64)
        self._rules[kernel.FIRST_EDGE_MS] = int(period.edges_s[0]) * 1000
        self._rules[kernel.STEP_MS] = SETTLEMENT_S * 1000
        self._rules[kernel.BRIDGE_MS] = (2 * meter.scrape_s + TOLERANCE_S) * 1000
        self._rules[kernel.MODULUS_J] = round((meter.modulus or 0) * self._unit_j)
        self._rules[kernel.PER_UNIT_J] = self._unit_j
        self._rules[kernel.CLOCK_FROM_MS] = int(CLOCK_FROM.timestamp()) * 1000
        self._rules[kernel.CLOCK_TO_MS] = int(now.timestamp() * 1000)
        self._rules[kernel.LIMIT_MW] = round(limit_w * POSSIBLE * 1000)
        for position, (old, new) in enumerate(zip(meter.registrations, meter.registrations[1:], strict=False)):
            at = kernel.RULES + 3 * position
            self._rules[at:at + 3] = (int(new.since.timestamp() * 1000), self._index(old.closing),
                                      self._index(new.opening))

    def _index(self, value: float | None) -> int:
        return -1 if value is None else round(value * self._unit_j)

    def feed(self, times_ms: Times, values: Values) -> None:
        """Take the samples of one window: in any order within it, windows in order of time."""
        if (times_ms[1:] < times_ms[:-1]).any():
            backwards = np.flatnonzero(times_ms[1:] < np.maximum.accumulate(times_ms)[:-1])
            late = times_ms[1:][backwards]
            first = self._seen[kernel.LATE, 1] if self._seen[kernel.LATE, 0] else late[0]
            self._seen[kernel.LATE] = (self._seen[kernel.LATE, 0] + len(late), first, late[-1])
            self._displaced += len(late)
            order = np.argsort(times_ms, kind="stable")
            times_ms, values = times_ms[order], values[order]
        kernel.absorb(np.ascontiguousarray(times_ms), np.ascontiguousarray(values), self._state, self._rules,
                      self._totals, self._quality, self._seen)

    def row(self) -> Row:
        """Return joules and flags. Joules of missing cells are 0; the others add up to last register minus first."""
        edges, marks = self._quality[0], self._quality[1][:-1]
        energy_j = np.diff(self._totals)
        flags = np.zeros(len(energy_j), dtype=np.uint8)
        held = edges == kernel.EDGE_HELD
        flags[held[:-1] | held[1:] | (marks == kernel.MARK_BRIDGED)] = BRIDGED
        absent = edges == kernel.EDGE_MISSING
        flags[absent[:-1] | absent[1:] | (marks == kernel.MARK_MISSING)] = MISSING
        energy_j[flags == MISSING] = 0
        return Row(energy_j, flags, _spans(held, flags))

    def findings(self, name: str) -> tuple[Finding, ...]:
        """Return what was seen, in words."""
        return findings_of(name, self._seen)

    @property
    def samples(self) -> int:
        """Return how many steps between samples were counted."""
        return int(self._state[kernel.ACCEPTED])

    @property
    def falls(self) -> int:
        """Return how often the register fell: a register hardly ever does."""
        return int(self._seen[[kernel.RESET, kernel.LATE, kernel.LOST], 0].sum()) - self._displaced

    @property
    def mostly_dense(self) -> bool:
        """Return whether most steps between samples are of two scrapes at most."""
        return 2 * int(self._seen[kernel.GAP, 0]) < self.samples

    @property
    def spacing_s(self) -> float:
        """Return the mean time [s] between two samples, 0 when there are not two."""
        elapsed_ms = self._state[kernel.LAST_MS] - self._state[kernel.FIRST_MS]
        return float(elapsed_ms) / 1000 / self.samples if self.samples else 0.0

    @property
    def first_seen(self) -> datetime | None:
        """Return the time of the first sample."""
        return self._moment(kernel.FIRST_MS)

    @property
    def last_seen(self) -> datetime | None:
        """Return the time of the last sample."""
        return self._moment(kernel.LAST_MS)

    def _moment(self, which: int) -> datetime | None:
        return datetime.fromtimestamp(self._state[which] / 1000, UTC) if self._state[kernel.STARTED] else None


def _spans(held: np.ndarray, flags: Flags) -> tuple[tuple[int, int], ...]:
    """Return the spans of cells between edges that were read, over runs of held edges."""
    spans, edge = [], 0
    positions = np.flatnonzero(held)
    while edge < len(positions):
        first = last = int(positions[edge])
        while edge + 1 < len(positions) and positions[edge + 1] == last + 1:
            edge += 1
            last = int(positions[edge])
        edge += 1
        if first > 0 and last < len(flags) and not (flags[first - 1:last + 1] == MISSING).any():
            spans.append((first - 1, last + 1))
    return tuple(spans)
