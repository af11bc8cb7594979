"""Scope 2, location-based: the operational book by interval, the statutory book by the year's mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from energy.allocation.apportion import apportion
from energy.carbon.factor_register import Factor
from energy.carbon.factors import FactorSeries
from energy.carbon.quanta import MG_PER_G, weigh
from energy.carbon.statement import Book, BookName, FactorUse
from energy.errors import ConservationError
from energy.readings.names import RESIDUAL
from energy.units import Joules
from infra.inventory.errors import N_


@dataclass(frozen=True)
class Supplied:
    """Each line's energy [J] per interval by origin: from the grid, and from gensets. Their sum is the line's."""

    grid_j: Mapping[str, Joules]
    generated_j: Mapping[str, Joules]

    def total_grid_j(self) -> Joules:
        """Return the energy [J] that the whole site took from the grid."""
        return sum(self.grid_j.values(), np.zeros_like(next(iter(self.grid_j.values()))))


def supplied(lines: Mapping[str, Joules], generated_j: Joules) -> Supplied:
    """Return the lines parted by origin: in each interval gensets serve all lines alike, in whole joules.

    A line below zero (a residual of meters that disagree) carries nothing of it. Raises ConservationError when gensets
    made more than all lines used.
    """
    names = sorted(lines)
    energy_j = np.stack([lines[name] for name in names])
    shares_j, rest_j = apportion(generated_j, np.maximum(energy_j, 0))
    if rest_j.any():
        if RESIDUAL not in names:
            raise ConservationError(N_("gensets made energy that no line used"), where="energy.carbon",
                                    remedy=N_("report this with the site file: no figure is shown"))
        shares_j[names.index(RESIDUAL)] += rest_j
    return Supplied({name: energy_j[row] - shares_j[row] for row, name in enumerate(names)},
                    {name: shares_j[row] for row, name in enumerate(names)})


def operational_book(parts: Supplied, series: FactorSeries) -> Book:
    """Return C(k) = Σ over t of E(k, t) x factor(t), with the grid's factor of each interval."""
    mg_per_kwh = series.gco2_per_kwh * MG_PER_G
    row = series.row
    use = FactorUse(row.id, row.unit, float(series.gco2_per_kwh.mean()), row.publisher, row.licence, row.scope,
                    row.edition, row.verified, half_width=row.half_width,
                    flags={str(flag): count for flag, count in series.counts.items()})
    return Book(BookName.OPERATIONAL, {name: weigh(energy_j, mg_per_kwh) for name, energy_j in parts.grid_j.items()},
                weigh(parts.total_grid_j(), mg_per_kwh), (use,))


def statutory_book(parts: Supplied, factor: Factor) -> Book:
    """Return C(k) = E(k) x the mean factor of the year: what a statutory balance uses, whatever the hour."""
    return Book(BookName.STATUTORY, {name: weigh(energy_j, factor.in_mg()) for name, energy_j in parts.grid_j.items()},
                weigh(parts.total_grid_j(), factor.in_mg()), (used(factor),))


def used(factor: Factor) -> FactorUse:
    """Return a row as a book names it."""
    low, high = (factor.value if bound is None else bound for bound in (factor.low, factor.high))
    return FactorUse(factor.id, factor.unit, float(factor.value), factor.publisher, factor.licence, factor.scope,
                     factor.edition, factor.verified, factor.illustrative, float((high - low) / 2))
