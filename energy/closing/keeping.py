"""What a close keeps beside its days: the site file, sums by line, the carbon books, and facts in plain data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from energy.allocation.result import Component
from energy.carbon.statement import Book, BookName, CarbonStatement
from energy.closing.day_parts import SHARES
from energy.closing.period_carbon import FactorSource, PeriodCarbon
from energy.closing.reading_facts import as_document
from energy.closing.settled_period import SettledPeriod
from energy.closing.sums_parts import sums_tables
from energy.closing.sureness import Sureness, Work
from energy.interval import Period
from energy.ledger.carbon_table import book_document, book_from, books_table, quanta_from
from energy.ledger.manifest import Close
from energy.ledger.parts import Parts
from energy.ledger.tables import sums_from
from infra.inventory.site import Site
from infra.inventory.types import KEPT

DIRECT, ZONES, FULL_COST = "direct", "zones", "full-cost"
SITE, BASELINES, CARBON = "site", "baselines", "carbon"


def site_part(parts: Parts, site: Site) -> str:
    """Keep the site file's facts in its own order, which pages follow; return the part's name."""
    text = json.dumps(site.model_dump(mode="json"), ensure_ascii=False)
    return parts.put(pa.table({"json": pa.array([text], pa.string())}))


def site_from(parts: Parts, name: str) -> Site:
    """Return the site as it was when a close was made. Raises DamagedError."""
    return Site.model_validate_json(parts.get(name)["json"][0].as_py(), context={KEPT: True})


def month_parts(parts: Parts, period: SettledPeriod) -> dict[str, str]:
    """Keep the sums and the carbon books of a month; return the names of the parts."""
    tables = {**sums_tables(period.sums), CARBON: books_table(_books(period.carbon))}
    return {name: parts.put(table) for name, table in tables.items()}


def facts_document(period: SettledPeriod) -> dict[str, Any]:
    """Return what no table holds: the readings' facts, the books' factors, and the totals that a reader looks for."""
    closure = period.sums.closure
    return {"readings": as_document(period.facts),
            "carbon": {f"{view}/{book.name}": book_document(book) for view, book in _books(period.carbon)},
            "sureness": {**asdict(period.sureness),
                         "causes": {name: list(causes) for name, causes in period.sureness.causes.items()}},
            "work": {zone: asdict(work) for zone, work in period.work.items()},
            "period": [period.period.start.isoformat(), period.period.end.isoformat()],
            "facility_j": int(closure.facility_j.sum()), "it_j": int(closure.it_energy_j.sum())}


def carbon_from(parts: Parts, close: Close, period: Period) -> PeriodCarbon:
    """Return the books of a close. Raises DamagedError, ConservationError."""
    amounts, documents = quanta_from(parts.get(close.parts[CARBON])), close.facts["carbon"]

    def book(view: str, name: BookName) -> Book:
        return book_from(amounts, view, name, documents[f"{view}/{name}"])

    direct = {name: book(DIRECT, name) for name in BookName}
    lines = tuple(sorted({line for each in direct.values() for line in each.quanta}))
    return PeriodCarbon(CarbonStatement(period, lines, direct), book(ZONES, BookName.OPERATIONAL),
                        book(FULL_COST, BookName.OPERATIONAL))


def sureness_from(facts: Mapping[str, Any]) -> Sureness:
    """Return the sureness that a close kept."""
    kept = facts["sureness"]
    return Sureness(kept["relative_u"], kept["monte_carlo_relative_u"],
                    {name: tuple(causes) for name, causes in kept["causes"].items()})


def work_from(facts: Mapping[str, Any]) -> dict[str, Work]:
    """Return the work by zone that a close kept."""
    return {zone: Work(**work) for zone, work in facts["work"].items()}


def policy_of(site: Site, factors: FactorSource) -> dict[str, Any]:
    """Return what was decided, not measured, and since when factors were known."""
    return {**site.energy.model_dump(mode="json"),
            "factors_known_at": factors.known_at.isoformat() if factors.known_at else None}


def account_figures(parts: Parts, close: Close) -> dict[str, tuple[int, float]]:
    """Return each account's energy [J] and location-based carbon [gCO2e] in a close."""
    columns = sums_from(parts.get(close.parts[SHARES]))
    document = close.facts["carbon"][f"{DIRECT}/{BookName.OPERATIONAL}"]
    book = book_from(quanta_from(parts.get(close.parts[CARBON])), DIRECT, BookName.OPERATIONAL, document)
    energies: dict[str, int] = {}
    for component in Component:
        shares = columns[f"{component}_j"]
        for holder, energy_j in zip(shares.holders, shares.energy_j[:, 0].tolist(), strict=True):
            energies[holder.account] = energies.get(holder.account, 0) + energy_j
    return {account: (energy_j, book.grams(account) or 0.0) for account, energy_j in energies.items()}


def _books(carbon: PeriodCarbon) -> Iterator[tuple[str, Book]]:
    for book in carbon.direct.books.values():
        yield DIRECT, book
    yield ZONES, carbon.zones
    yield FULL_COST, carbon.full_cost
