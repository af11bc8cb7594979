"""What was noticed while reading: kept beside the figures, printed on the page, never silently mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class FindingKind(StrEnum):
    """What may be noticed; the value is its name in data files."""

    RESET = "reset"
    WRAP = "wrap"
    REPLACEMENT = "replacement"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    OUT_OF_ORDER = "out-of-order"
    STALE = "stale"
    NOT_A_NUMBER = "not-a-number"
    INFINITE = "infinite"
    NEGATIVE = "negative"
    CLOCK = "clock"
    FROZEN = "frozen"
    UNIT_SLIP = "unit-slip"
    NAMEPLATE = "nameplate"
    GAP = "gap"
    DERIVED = "derived"
    ESTIMATED = "estimated"
    PARTIAL = "partial"
    RETENTION = "retention"
    DOWNSAMPLED = "downsampled"


@dataclass(frozen=True)
class Finding:
    """`what` is a catalogue message filled by `figures`; `where` is a meter, a metric or a file, never translated.

    `count` says how often; `first` and `last` when, in UTC (None: it holds for the whole source).
    """

    kind: FindingKind
    where: str
    what: str
    count: int = 1
    first: datetime | None = None
    last: datetime | None = None
    figures: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.where}: {self.what.format(**self.figures)}"

    def touches(self, start: datetime, end: datetime) -> bool:
        """Return whether it concerns any moment from `start` to `end` (excluded)."""
        return self.first is None or (self.first < end and (self.last or self.first) >= start)
