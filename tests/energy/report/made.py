"""A report of the small site's hand-computed day, made without any server."""

from __future__ import annotations

import dataclasses
from typing import Any

from energy.allocation.fit import fit_baselines
from energy.carbon.grid_books import operational_book, supplied
from energy.closing.inputs import MonthInputs
from energy.closing.month_sums import by_interval, sums_of
from energy.closing.period_carbon import FactorSource, PeriodCarbon, carbon_books
from energy.closing.reading_facts import facts_of
from energy.closing.settled_day import settle_day
from energy.closing.settled_period import SettledPeriod
from energy.closing.sureness import Sureness, sureness_of, work_of
from energy.interval import Period
from energy.ledger.manifest import State
from energy.readings.telemetry import Telemetry
from energy.report.build import report_of
from energy.report.lines import EnergyReport, View
from infra.inventory.site import Site
from tests.energy.small import USED, constant_readings, constant_use, flat_factors


def made_report(site: Site, period: Period, view: View = "tenant", used: Any = USED, **watts: float) -> EnergyReport:
    """Return the report of constant readings over `period`; `watts` changes meters."""
    return report_of(made_period(site, period, used, **watts), view)


def made_period(site: Site, period: Period, used: Any = USED, sureness: Sureness | None = None,
                **watts: float) -> SettledPeriod:
    """Return constant readings settled, the operational book at the flat factors of `tests.energy.small`.

    `sureness`: how sure the figures are, when a test has no use for their own (it takes most of the time).
    """
    inputs = MonthInputs("2012-03", constant_readings(period, **watts), constant_use(period, used), Telemetry(period),
                         "http://test")
    baselines = fit_baselines(site, inputs.readings, inputs.use)
    days = [settle_day(site, day, baselines) for day in inputs.days(site.zone_info)]
    sums, rows = sums_of(days, period), by_interval(days)
    carbon = carbon_books(site, inputs, sums, rows, FactorSource())
    made_j = inputs.readings.energy_j["genset-out"]
    book, zones, full_cost = (operational_book(supplied(lines, made_j), flat_factors(period))
                              for lines in (rows.accounts, rows.zones, rows.full_cost))
    direct = dataclasses.replace(carbon.direct, books={**carbon.direct.books, book.name: book})
    return SettledPeriod(site, inputs.month, State.OPEN, sums, PeriodCarbon(direct, zones, full_cost), facts_of(inputs),
                         baselines, sureness or sureness_of(site, inputs, baselines), work_of(site, inputs, sums))
