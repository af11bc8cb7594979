"""A report of the small site's hand-computed day, made without any server."""

from __future__ import annotations

from typing import Any

from energy.allocation.settle import settle
from energy.interval import Period
from energy.report.build import Settled, report_of
from energy.report.lines import EnergyReport, View
from infra.inventory.site import Site
from tests.energy.small import USED, constant_readings, constant_use, flat_factors


def made_report(site: Site, period: Period, view: View = "tenant", used: Any = USED, **watts: float) -> EnergyReport:
    """Return the report of constant readings over `period`; `watts` changes meters."""
    readings = constant_readings(period, **watts)
    allocation = settle(site, readings, constant_use(period, used))
    return report_of(Settled(site, readings, allocation, flat_factors(period)), view, "2012-03", "http://test")
