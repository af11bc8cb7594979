"""Closes read back from the ledger: a month from its sums alone, a year from twelve of them."""

from __future__ import annotations

from datetime import datetime

from energy.closing.keeping import BASELINES, SITE, carbon_from, site_from, sureness_from, work_from
from energy.closing.reading_facts import from_document
from energy.closing.settled_period import SettledPeriod, joined
from energy.closing.sums_parts import sums_of_close
from energy.errors import MissingDataError
from energy.graph.feeds import Feeds, feeds_of
from energy.interval import Period
from energy.ledger.belief import believed
from energy.ledger.book import Ledger
from energy.ledger.manifest import Close
from energy.ledger.parts import Parts
from energy.ledger.telemetry_table import baselines_from
from infra.inventory.errors import N_
from infra.inventory.site import Site


def period_of_close(close: Close) -> Period:
    """Return the time that a close covers."""
    return Period(*(datetime.fromisoformat(moment) for moment in close.facts["period"]))


Sites = dict[str, tuple[Site, Feeds]]


def settled_of(parts: Parts, close: Close, known: Sites | None = None) -> SettledPeriod:
    """Return the settled month of a close. Raises DamagedError, ConservationError.

    `known` keeps sites and their feeds by the name of their part: most months of a year have the same.
    """
    known = {} if known is None else known
    with believed(close):
        name, period = close.parts[SITE], period_of_close(close)
        if name not in known:
            site = site_from(parts, name)
            known[name] = site, feeds_of(site)
        site, feeds = known[name]
        return SettledPeriod(
            site, close.month, close.state, sums_of_close(parts, close, feeds, period),
            carbon_from(parts, close, period), from_document(close.facts["readings"]),
            baselines_from(parts.get(close.parts[BASELINES])), sureness_from(close.facts), work_from(close.facts),
            close.method_version, (close.digest,))


def settled_year(ledger: Ledger, year: str) -> SettledPeriod:
    """Return a calendar year out of its closes. Raises MissingDataError naming the months that were never closed."""
    chain = ledger.closes()
    in_force = {close.month: close for close in chain}
    months = [f"{year}-{number:02d}" for number in range(1, 13)]
    absent = [month for month in months if month not in in_force]
    if absent:
        raise MissingDataError(N_("{count} months of {year} have no close: {months}"), where=str(ledger.folder),
                               count=len(absent), year=year, months=", ".join(absent),
                               remedy=N_("close them first: estran energy close {first}"), first=absent[0])
    known: Sites = {}
    return joined([settled_of(ledger.parts, in_force[month], known) for month in months], year)
