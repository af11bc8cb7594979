"""The one entry: from each line's energy to every carbon book of a period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import numpy as np

from energy.carbon.embodied import embodied_books
from energy.carbon.factor_register import Register, register_of
from energy.carbon.factors import factors_for
from energy.carbon.grid_books import Supplied, operational_book, statutory_book, supplied
from energy.carbon.market import market_book
from energy.carbon.reserved import Reservations
from energy.carbon.scope1 import scope1_book
from energy.carbon.statement import Book, BookName, CarbonStatement
from energy.errors import EnergyError, MissingDataError
from energy.interval import Period
from energy.units import Joules
from infra.inventory.errors import N_
from infra.inventory.site import Site


def carbon_of(site: Site, period: Period, lines: Mapping[str, Joules], generated_j: Mapping[str, Joules],
              reservations: Reservations, folder: Path | None = None,
              known_at: datetime | None = None) -> CarbonStatement:
    """Return every book over `lines` (name -> J per interval), each adding up exactly to the site's total.

    `generated_j`: what each genset made [J per interval]; `folder`: the site's own factors (JSON rows) and imported
    series; `known_at`: with what was known then of the grid. The statutory and market books are blank, with the
    reason, where no sourced factor is at hand. Raises MissingDataError when an interval has no grid factor, a fuel or
    a fluid has no row; EnergyError when two grids feed the site.
    """
    grid, register = grid_of(site), register_of(site, folder)
    made_j = sum(generated_j.values(), np.zeros(period.count, dtype=np.int64))
    parts = supplied(lines, made_j)
    books = [operational_book(parts, factors_for(period, grid, store=folder, known_at=known_at)),
             _statutory(site, period, parts, register, grid), _market(site, period, parts, register, grid),
             scope1_book(site, parts, generated_j, reservations, register),
             *embodied_books(site, reservations, register).values()]
    named = {line for book in books for line in book.quanta}
    return CarbonStatement(period, tuple(sorted({*lines, *named})), {book.name: book for book in books})


def grid_of(site: Site) -> str:
    """Return the grid that feeds the site. Raises EnergyError when its incomers name several."""
    grids = sorted({incomer.grid for incomer in site.power.incomers.values()})
    if len(grids) > 1:
        raise EnergyError(N_("the incomers name several grids: {grids}"), where="power.incomers",
                          grids=", ".join(grids), remedy=N_("close one site per grid: each has factors of its own"))
    return grids[0]


def _statutory(site: Site, period: Period, parts: Supplied, register: Register, grid: str) -> Book:
    try:
        return statutory_book(parts, register.find("statutory", grid, period, site.zone_info))
    except MissingDataError as why:
        return Book.empty(BookName.STATUTORY, why)


def _market(site: Site, period: Period, parts: Supplied, register: Register, grid: str) -> Book:
    try:
        residual = register.find("residual", grid, period, site.zone_info)
    except MissingDataError as why:
        return Book.empty(BookName.MARKET, why)
    return market_book(parts, period, site.carbon.instruments, residual, grid, site.zone_info)
