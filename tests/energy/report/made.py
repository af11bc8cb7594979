"""A report of the small site's hand-computed day, made without any server."""

from __future__ import annotations

import dataclasses
from typing import Any

from energy.allocation.fit import fit_baselines
from energy.carbon.grid_books import operational_book, supplied
from energy.closing.inputs import MonthInputs
from energy.closing.month_sums import by_interval
from energy.closing.period_carbon import FactorSource, PeriodCarbon
from energy.closing.settled_day import settle_day
from energy.closing.settled_period import SettledPeriod, period_of
from energy.interval import Period
from energy.readings.telemetry import Telemetry
from energy.report.build import report_of
from energy.report.lines import EnergyReport, View
from infra.inventory.site import Site
from tests.energy.small import USED, constant_readings, constant_use, flat_factors


def made_report(site: Site, period: Period, view: View = "tenant", used: Any = USED, **watts: float) -> EnergyReport:
    """Return the report of constant readings over `period`; `watts` changes meters."""
    return report_of(made_period(site, period, used, **watts), view)


def made_period(site: Site, period: Period, used: Any = USED, **watts: float) -> SettledPeriod:
    """Return constant readings settled, the operational book at the flat factors of `tests.energy.small`."""
    inputs = MonthInputs("2012-03", constant_readings(period, **watts), constant_use(period, used), Telemetry(period),
                         "http://test")
    baselines = fit_baselines(site, inputs.readings, inputs.use)
    days = [settle_day(site, day, baselines) for day in inputs.days(site.zone_info)]
    settled = period_of(site, inputs, days, baselines, FactorSource())
    rows, made_j = by_interval(days), inputs.readings.energy_j["genset-out"]
    book, zones, full_cost = (operational_book(supplied(lines, made_j), flat_factors(period))
                              for lines in (rows.accounts, rows.zones, rows.full_cost))
    books = {**settled.carbon.direct.books, book.name: book}
    return dataclasses.replace(settled, carbon=PeriodCarbon(
        dataclasses.replace(settled.carbon.direct, books=books), zones, full_cost))
