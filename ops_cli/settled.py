"""The settled period that a command is about: out of the ledger, or read and settled now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ops_cli.readings import Readings

if TYPE_CHECKING:
    from energy.closing.settled_period import SettledPeriod
    from infra.inventory.site import Site


def settled_period(site: Site, month: str | None, year: str | None, ledger: Path, readings: Readings) -> SettledPeriod:
    """Return a month or a year. A month comes from its close unless a source is named or it was never closed.

    Raises EnergyError and its kinds.
    """
    from energy.closing.load import settled_of, settled_year
    from energy.errors import EnergyError
    from energy.interval import month_period
    from energy.ledger.book import Ledger
    from infra.inventory.errors import N_

    book = Ledger(ledger, site.id)
    if year is not None and month is None:
        return settled_year(book, year)
    if month is None or year is not None:
        raise EnergyError(N_("name either a month or a year"), where="--month, --year",
                          remedy=N_("write --month 2012-03 or --year 2012"))
    month_period(month, site.zone_info)  # a month that is none is refused before any source is looked for
    kept = None if readings.is_named else book.latest(month)
    return settled_of(book.parts, kept) if kept is not None else _fresh(site, month, ledger, readings)


def _fresh(site: Site, month: str, ledger: Path, readings: Readings) -> SettledPeriod:
    from energy.closing.period_carbon import FactorSource
    from energy.closing.read_month import STEPS, read_month
    from energy.closing.settled_period import settled_month
    from ops_cli.i18n import N_
    from ops_cli.steps import step_bar

    with readings.open(site) as source, step_bar(STEPS + 1) as progress:
        inputs = read_month(source, site, month, readings.allow, progress)
        progress(STEPS, N_("closing on the facility meter"))
        return settled_month(site, inputs, FactorSource.of(ledger / "factors", site))
