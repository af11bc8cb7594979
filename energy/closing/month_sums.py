"""Settled days added up: sums by holder for lines and ratios, energy by interval for the carbon books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from energy.allocation.cooling_split import CoolingSplit
from energy.allocation.holders import Holder, Shares
from energy.allocation.result import Allocation, Component, Notes
from energy.closing.kept_day import Beside, KeptDay, Spread
from energy.graph.closure import Closure
from energy.graph.summed import summed_closure
from energy.interval import Period
from energy.quality import Quality
from energy.units import Joules


@dataclass(frozen=True)
class Sums:
    """A period as sums: every array has one column. `spread` is the full-cost view's part."""

    period: Period
    shares: Mapping[Component, Shares]
    closure: Closure
    beside: Beside
    spread: Spread

    @property
    def allocation(self) -> Allocation:
        """Return the period as one settled interval: what lines and ratios are made of."""
        zero = np.zeros(1, dtype=np.int64)
        cooling = CoolingSplit({}, {zone: zero + energy_j for zone, energy_j in self.beside.cooling_by_zone_j.items()},
                               zero, dict(self.beside.cooling_quality))
        return Allocation(self.closure, self.shares, Notes(
            self.beside.reserved_mw, self.beside.fans, zero + self.beside.unseen_j, cooling))

    def __add__(self, other: Sums) -> Sums:
        """Return both periods together, `other` following."""
        return sums_of([self, other], Period(self.period.start, other.period.end))


@dataclass(frozen=True)
class ByInterval:
    """Joules [intervals] of each account, of each zone (and `_residual`), and of each tenant in the full-cost view."""

    accounts: Mapping[str, Joules]
    zones: Mapping[str, Joules]
    full_cost: Mapping[str, Joules]


def sums_of(days: Sequence[KeptDay | Sums], period: Period) -> Sums:
    """Return the sum of days (or of months) of one site."""
    sureness = list(Quality)
    zones = sorted({zone for day in days for zone in day.beside.cooling_by_zone_j})
    machines = sorted({machine for day in days for machine in day.beside.cooling_quality})
    return Sums(
        period, {component: _added([day.shares[component] for day in days]) for component in Component},
        summed_closure([day.closure for day in days], period),
        Beside(_added([day.beside.fans for day in days]), _added([day.beside.reserved_mw for day in days]),
               sum(day.beside.unseen_j for day in days),
               {zone: sum(day.beside.cooling_by_zone_j.get(zone, 0) for day in days) for zone in zones},
               {machine: max((day.beside.cooling_quality[machine] for day in days
                              if machine in day.beside.cooling_quality), key=sureness.index) for machine in machines}),
        _added_spread([day.spread for day in days]))


def by_interval(days: Sequence[KeptDay]) -> ByInterval:
    """Return every line's joules in each interval, days one after the other."""
    return ByInterval(_rows(days, lambda holder: holder.account), _rows(days, lambda holder: holder.zone or
                                                                         holder.account), _full(days))


def _added(parts: Iterable[Shares]) -> Shares:
    every = list(parts)
    if every and all(part.holders == every[0].holders for part in every):
        return Shares(every[0].holders, np.stack([part.energy_j.sum(axis=1) for part in every], axis=1).sum(
            axis=1, keepdims=True))
    found: dict[Holder, int] = {}
    for part in every:
        for holder, energy_j in zip(part.holders, part.energy_j.sum(axis=1).tolist(), strict=True):
            found[holder] = found.get(holder, 0) + energy_j
    holders = tuple(sorted(found))
    return Shares(holders, np.array([[found[holder]] for holder in holders], dtype=np.int64).reshape(-1, 1))


def _added_spread(parts: Sequence[Spread]) -> Spread:
    columns = []
    for name in ("free_j", "platform_j", "residual_j"):
        column = _added(Shares(tuple(Holder(tenant, "") for tenant in part.tenants), getattr(part, name))
                        for part in parts)
        columns.append(column)
    return Spread(tuple(holder.account for holder in columns[0].holders), *(column.energy_j for column in columns))


def _rows(days: Sequence[KeptDay], line_of: Callable[[Holder], str]) -> dict[str, Joules]:
    count = sum(day.period.count for day in days)
    found: dict[str, Joules] = {}
    start = 0
    for day in days:
        end = start + day.period.count
        for shares in day.shares.values():
            for holder, row in zip(shares.holders, shares.energy_j, strict=True):
                line = found.setdefault(line_of(holder), np.zeros(count, dtype=np.int64))
                line[start:end] += row
        start = end
    return dict(sorted(found.items()))


def _full(days: Sequence[KeptDay]) -> dict[str, Joules]:
    count = sum(day.period.count for day in days)
    own = _rows(days, lambda holder: holder.account)
    found: dict[str, Joules] = {}
    start = 0
    for day in days:
        end = start + day.period.count
        for row, tenant in enumerate(day.spread.tenants):
            line = found.setdefault(tenant, own.get(tenant, np.zeros(count, dtype=np.int64)).copy())
            line[start:end] += day.spread.free_j[row] + day.spread.platform_j[row] + day.spread.residual_j[row]
        start = end
    return dict(sorted(found.items()))
