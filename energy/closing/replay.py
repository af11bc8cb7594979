"""A close made again from what the ledger kept of its inputs: every part must come out the same."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from energy.closing.day_parts import inputs_of
from energy.closing.days import days_of
from energy.closing.inputs import MonthInputs
from energy.closing.keeping import SITE, site_from
from energy.closing.load import period_of_close
from energy.closing.made_month import MadeMonth, Work, settle_month
from energy.closing.period_carbon import FactorSource
from energy.closing.reading_facts import from_document
from energy.closing.rejoined import rejoined
from energy.ledger.belief import believed
from energy.ledger.manifest import Close
from energy.ledger.parts import Parts
from energy.ledger.shadow import Shadow


def replayed(parts: Parts, close: Close, folder: Path | None) -> tuple[MadeMonth, Parts]:
    """Return the month of a close made anew from its kept inputs, and the parts that it is made of.

    `folder` holds the site's own factors and imported series; what was known of them is as the close says.
    Raises DamagedError, and what settling and factors raise.
    """
    site, inputs = site_from(parts, close.parts[SITE]), kept_inputs(parts, close)
    known_at = close.policy["factors_known_at"]
    factors = FactorSource(folder, datetime.fromisoformat(known_at) if known_at else None)
    shadow = Shadow(parts.folder)
    return settle_month(shadow, site, inputs, factors, Work()), shadow


def kept_inputs(parts: Parts, close: Close) -> MonthInputs:
    """Return what a close was made from, as it kept it. Raises DamagedError."""
    with believed(close):
        site, period = site_from(parts, close.parts[SITE]), period_of_close(close)
        kept = {day.day: day for day in close.days}
        days = [inputs_of(parts, kept[name], part) for name, part in days_of(period, site.zone_info)]
        return rejoined(close.month, period, days, from_document(close.facts["readings"]))
