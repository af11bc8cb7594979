"""What a second close of a month would change, line by line, and whether that matters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LineChange:
    """A line's energy [J] before and after; its carbon, location-based [gCO2e], likewise."""

    account: str
    before_j: int
    after_j: int
    before_gco2e: float
    after_gco2e: float

    @property
    def share(self) -> float:
        """Return the greater of the two changes as a share of the figure before; 1 where there was none."""
        return max(_share(self.before_j, self.after_j), _share(self.before_gco2e, self.after_gco2e))


@dataclass(frozen=True)
class Delta:
    """Every line that changes, and the days that were settled anew."""

    lines: tuple[LineChange, ...]
    days: tuple[str, ...]
    threshold: float

    @property
    def largest_share(self) -> float:
        return max((line.share for line in self.lines), default=0.0)

    @property
    def is_material(self) -> bool:
        """Return whether any line changes by the threshold or more: only then is a closed month restated."""
        return bool(self.lines) and self.largest_share >= self.threshold


Figures = Mapping[str, tuple[int, float]]


def delta_of(before: Figures, after: Figures, days: tuple[str, ...], threshold: float) -> Delta:
    """Return what changes between two closes, given (energy [J], carbon [gCO2e]) by account."""
    nothing = (0, 0.0)
    changes = (LineChange(account, *_pairs(before.get(account, nothing), after.get(account, nothing)))
               for account in sorted({*before, *after}))
    return Delta(tuple(change for change in changes if change.share > 0), days, threshold)


def _pairs(before: tuple[int, float], after: tuple[int, float]) -> tuple[int, int, float, float]:
    return before[0], after[0], before[1], after[1]


def _share(before: float, after: float) -> float:
    if before == after:
        return 0.0
    return abs(after - before) / abs(before) if before else 1.0
