"""A settled day as the ledger gives it back: who bears each joule by interval, everything else as sums of the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from energy.allocation.full_cost import FullCost
from energy.allocation.holders import Shares
from energy.allocation.result import Allocation, Component
from energy.errors import ConservationError
from energy.graph.closure import Closure
from energy.graph.summed import closure_part, summed_closure
from energy.interval import Period
from energy.quality import Quality
from energy.readings.part import part_of
from energy.units import Joules
from infra.inventory.errors import N_


@dataclass(frozen=True)
class Beside:
    """What no line counts again: joules of servers' fans and nameplate milliwatts held, by holder and interval; sums
    over the day of joules that no pod was seen to cause, of cooling by zone, and how sure each machine's split is.
    """

    fans: Shares
    reserved_mw: Shares
    unseen_j: int
    cooling_by_zone_j: Mapping[str, int]
    cooling_quality: Mapping[str, Quality]


@dataclass(frozen=True)
class Spread:
    """What the full-cost view adds to each tenant's own joules [tenants, intervals]: of `_free`, `_platform` and
    `_residual` (signed).
    """

    tenants: tuple[str, ...]
    free_j: Joules
    platform_j: Joules
    residual_j: Joules


@dataclass(frozen=True)
class KeptDay:
    """Raises ConservationError when the shares miss the day's facility meter."""

    day: str
    period: Period
    shares: Mapping[Component, Shares]
    closure: Closure
    beside: Beside
    spread: Spread

    def __post_init__(self) -> None:
        total_j = sum(int(shares.energy_j.sum()) for shares in self.shares.values())
        if total_j != int(self.closure.facility_j.sum()):
            raise ConservationError(N_("the lines of {day} do not add up to the facility meter"), where="energy.ledger",
                                    day=self.day, remedy=N_("report this with the ledger: no figure is shown"))


def kept_day(day: str, allocation: Allocation, full: FullCost, period: Period | None = None) -> KeptDay:
    """Return a day that was just settled, by itself or within a longer span, in the form in which it is kept.

    Raises ValueError without its notes.
    """
    closure, notes = allocation.closure, allocation.notes
    if notes is None:
        raise ValueError("a settled day has its notes")
    period = period or closure.period
    inside = part_of(closure.period, period)
    return KeptDay(
        day, period, {component: _part(shares, inside) for component, shares in allocation.shares.items()},
        summed_closure([closure_part(closure, period, inside)], period), Beside(
            _part(notes.fans, inside), _part(notes.reserved_mw, inside), int(np.sum(notes.unseen_j[inside])),
            {zone: int(energy_j[inside].sum()) for zone, energy_j in sorted(notes.cooling.by_zone.items())},
            dict(sorted(notes.cooling.quality_of.items()))),
        Spread(full.tenants, *(rows[:, inside] for rows in (full.free_j, full.platform_j, full.residual_j))))


def _part(shares: Shares, inside: slice) -> Shares:
    return Shares(shares.holders, shares.energy_j[:, inside])
