"""The inputs of a month: as its close kept them, or read now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ops_cli.readings import Readings

if TYPE_CHECKING:
    from energy.closing.inputs import MonthInputs
    from infra.inventory.site import Site


def month_inputs(site: Site, month: str, ledger: Path, readings: Readings) -> MonthInputs:
    """Return what a month is settled from: the ledger's when it was closed, unless a source is named."""
    from energy.closing.replay import kept_inputs
    from energy.interval import month_period
    from energy.ledger.book import Ledger

    month_period(month, site.zone_info)  # a month that is none is refused before the ledger is looked into
    book = Ledger(ledger, site.id)
    kept = None if readings.is_named else book.latest(month)
    return read_now(site, month, readings) if kept is None else kept_inputs(book.parts, kept)


def read_now(site: Site, month: str, readings: Readings) -> MonthInputs:
    """Return what a month is settled from, read from its source, with a bar."""
    from energy.closing.read_month import STEPS, read_month
    from energy.interval import month_period
    from ops_cli.steps import step_bar

    month_period(month, site.zone_info)  # a month that is none is refused before any source is looked for
    with readings.open(site) as source, step_bar(STEPS) as progress:
        return read_month(source, site, month, readings.allow, progress)
