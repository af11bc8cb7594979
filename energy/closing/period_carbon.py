"""The carbon books of a settled period: all of them by account, the operational one by zone and by full cost too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from energy.carbon.carbon_of import carbon_of, grid_of
from energy.carbon.factors import factors_for, rows
from energy.carbon.grid_books import operational_book, supplied
from energy.carbon.reserved import reservations_of
from energy.carbon.statement import Book, CarbonStatement, FactorUse
from energy.carbon.vintages import vintages
from energy.closing.inputs import MonthInputs
from energy.closing.month_sums import ByInterval, Sums
from energy.graph.registers import Registers
from energy.interval import Period
from infra.inventory.site import Site


@dataclass(frozen=True)
class PeriodCarbon:
    """`direct` by account. `zones`: the operational book by cooling zone; `full_cost`: the same by tenant."""

    direct: CarbonStatement
    zones: Book
    full_cost: Book

    def __add__(self, other: PeriodCarbon) -> PeriodCarbon:
        """Return the books of two periods, `other` following."""
        period = Period(self.direct.period.start, other.direct.period.end)
        lines = tuple(sorted({*self.direct.lines, *other.direct.lines}))
        books = {name: added(book, other.direct.books[name]) for name, book in self.direct.books.items()}
        return PeriodCarbon(CarbonStatement(period, lines, books), added(self.zones, other.zones),
                            added(self.full_cost, other.full_cost))


@dataclass(frozen=True)
class FactorSource:
    """Where factors come from: the site's own folder (None: what is shipped), with what was known at a time."""

    folder: Path | None = None
    known_at: datetime | None = None

    @classmethod
    def of(cls, folder: Path, site: Site) -> FactorSource:
        """Return a folder's factors with all that is known of them now: a later import changes no replay."""
        shipped = [datetime.combine(row.valid_to, time(), ZoneInfo(row.timezone)) for row in rows() if row.archive]
        imported = [vintage.known_at for vintage in vintages(folder, grid_of(site))] if folder.is_dir() else []
        return cls(folder if folder.is_dir() else None, max((*shipped, *imported), default=None))


def carbon_books(site: Site, inputs: MonthInputs, sums: Sums, by_line: ByInterval,
                 source: FactorSource) -> PeriodCarbon:
    """Return the carbon of a settled month. Raises MissingDataError and what `carbon_of` raises."""
    registers = Registers(site, inputs.readings)
    generated_j = {name: registers.needed(name) for name in site.power.gensets}
    made_j = sum(generated_j.values(), registers.zero)
    series = factors_for(inputs.period, grid_of(site), store=source.folder, known_at=source.known_at)
    reservations = reservations_of(site, inputs.use, sums.allocation, inputs.telemetry)
    direct = carbon_of(site, inputs.period, by_line.accounts, generated_j, reservations, source.folder, source.known_at)
    return PeriodCarbon(direct, operational_book(supplied(by_line.zones, made_j), series),
                        operational_book(supplied(by_line.full_cost, made_j), series))


def added(one: Book, other: Book) -> Book:
    """Return one book over two periods; blank where either is."""
    quanta = {line: one.quanta.get(line, 0) + other.quanta.get(line, 0)
              for line in sorted({*one.quanta, *other.quanta})}
    blank = one.blank or other.blank
    remarks = {str(remark): remark for remark in (*one.remarks, *other.remarks)}
    return replace(one, quanta={} if blank else quanta, total_quanta=0 if blank else one.total_quanta
                   + other.total_quanta, factors=_merged((*one.factors, *other.factors)), blank=blank,
                   remarks=tuple(remarks.values()))


def _merged(uses: Sequence[FactorUse]) -> tuple[FactorUse, ...]:
    """Return one row per factor: a series' mean is over all its intervals."""
    found: dict[tuple[str, float | None], FactorUse] = {}
    for use in uses:
        key = (use.id, None if use.flags else use.value)
        found[key] = _joined(found[key], use) if key in found else use
    return tuple(found.values())


def _joined(one: FactorUse, other: FactorUse) -> FactorUse:
    counts: Mapping[str, int] = {flag: one.flags.get(flag, 0) + other.flags.get(flag, 0)
                                 for flag in sorted({*one.flags, *other.flags})}
    weights = [sum(one.flags.values()), sum(other.flags.values())]
    value = float(np.average([one.value, other.value], weights=weights)) if any(weights) else one.value
    return replace(one, value=value, flags=counts)
