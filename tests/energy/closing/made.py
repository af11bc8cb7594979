"""Months of the small site ready to be closed, and ledgers to close them into."""

from __future__ import annotations

from pathlib import Path

from energy.closing.close import Closing, Intent, Outcome
from energy.closing.in_turn import Settler, settle_in_turn
from energy.closing.inputs import MonthInputs
from energy.closing.period_carbon import FactorSource
from energy.interval import SETTLEMENT_S, month_period
from energy.ledger.book import Ledger
from energy.readings.meters import MeterReadings
from energy.readings.telemetry import Telemetry
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use


def month_inputs(site: Site, month: str = "2012-03", **watts: float) -> MonthInputs:
    """Return a month of constant watts; `watts` changes meters (`_` for `-`)."""
    period = month_period(month, site.zone_info)
    return MonthInputs(month, constant_readings(period, **watts), constant_use(period), Telemetry(period), "http://test")


def corrected(inputs: MonthInputs, meter: str, day: int, added_w: float) -> MonthInputs:
    """Return the inputs with one meter's watts raised over one local day of the month (from 0, no change of hour)."""
    row = inputs.readings.energy_j[meter].copy()
    row[day * 96:(day + 1) * 96] += round(added_w * SETTLEMENT_S)
    readings = MeterReadings(inputs.period, {**inputs.readings.energy_j, meter: row}, inputs.readings.flags)
    return MonthInputs(inputs.month, readings, inputs.use, inputs.telemetry, inputs.source)


def close(site: Site, folder: Path, inputs: MonthInputs, intent: Intent | None = None,
          settler: Settler = settle_in_turn) -> Outcome:
    """Close a month as a command would."""
    ledger = Ledger(folder, site.id)
    with ledger.writing():
        return Closing(site, ledger, inputs, FactorSource()).run(intent or Intent(), settler)


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return every file of a ledger but its lock."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != ".lock"}


