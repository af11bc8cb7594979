"""Who can bear energy: an account in a cooling zone. Everything is split over these; a report adds them up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from energy.units import Joules


@dataclass(frozen=True, order=True)
class Holder:
    """A tenant (or `_platform`, `_free`, `_residual`) in one cooling zone; `_residual` stands in none."""

    account: str
    zone: str


@dataclass(frozen=True)
class Shares:
    """Joules [holders, intervals], rows in the order of `holders`, which is the order of their names."""

    holders: tuple[Holder, ...]
    energy_j: Joules

    @classmethod
    def none(cls, holders: Sequence[Holder], intervals: int) -> Shares:
        """Return shares of nothing."""
        return cls(tuple(holders), np.zeros((len(holders), intervals), dtype=np.int64))

    def __add__(self, other: Shares) -> Shares:
        if self.holders != other.holders:
            raise ValueError("shares of different holders can't be added")
        return Shares(self.holders, self.energy_j + other.energy_j)

    def in_zones(self, zones: Sequence[str]) -> Joules:
        """Return these shares with the rows of other zones at zero."""
        mask = np.fromiter((holder.zone in zones for holder in self.holders), dtype=np.int64, count=len(self.holders))
        return self.energy_j * mask[:, None]
