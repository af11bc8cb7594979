"""What a report holds: frozen lines in whole watt-hours that add up to the facility meter, and all that dates them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from energy.allocation.result import IT_COMPONENTS, OVERHEAD_COMPONENTS, Component
from energy.carbon.factors import FactorRow
from energy.interval import Period
from energy.quality import Quality
from energy.report.pue import InterimPue, Pue

View = Literal["tenant", "zone"]
Kind = Literal["tenant", "virtual", "zone"]


@dataclass(frozen=True)
class ReportLine:
    """One line: its energy by component [Wh, whole; joules beside, exact], its carbon, its ratio when there is one."""

    key: str
    name: str
    kind: Kind
    energy_wh: Mapping[Component, int]
    energy_j: int
    location_based_gco2e: float
    pue: Pue | InterimPue | None
    quality: Mapping[str, Quality]

    @property
    def it_energy_wh(self) -> int:
        return sum(self.energy_wh[component] for component in IT_COMPONENTS)

    @property
    def overhead_energy_wh(self) -> int:
        return sum(self.energy_wh[component] for component in OVERHEAD_COMPONENTS)

    @property
    def facility_energy_wh(self) -> int:
        """Return everything this line bears; for `_residual` that is what the meters do not agree on."""
        return sum(self.energy_wh.values())


@dataclass(frozen=True)
class TenantLine(ReportLine):
    """A tenant, or one of `_platform`, `_free`, `_residual`."""


@dataclass(frozen=True)
class ZoneLine(ReportLine):
    """A cooling zone: its ratio is a partial PUE."""


@dataclass(frozen=True)
class CarbonSource:
    """The operational book's factor: its row, its mean over time, and how many intervals bear each flag."""

    row: FactorRow
    mean_gco2_per_kwh: float
    counts: Mapping[Quality, int]


@dataclass(frozen=True)
class EnergyReport:
    """A site over a period. `sum_of_lines_wh` == `facility_energy_wh`, checked when the report is made."""

    site_id: str
    site_name: str
    operator: str
    illustrative: bool
    view: View
    label: str
    timezone: str
    period: Period
    lines: tuple[ReportLine, ...]
    facility_energy_wh: int
    facility_energy_j: int
    it_energy_wh: int
    site_pue: tuple[Pue | InterimPue, ...]
    carbon: CarbonSource
    bridged: Mapping[str, int]
    declared: tuple[str, ...]
    meters: int
    source: str
    method_version: str

    @property
    def sum_of_lines_wh(self) -> int:
        return sum(line.facility_energy_wh for line in self.lines)

    @property
    def sum_of_lines_j(self) -> int:
        return sum(line.energy_j for line in self.lines)

    @property
    def location_based_gco2e(self) -> float:
        return sum(line.location_based_gco2e for line in self.lines)

    def local(self, moment: datetime) -> datetime:
        """Return a moment on the site's clocks."""
        from zoneinfo import ZoneInfo

        return moment.astimezone(ZoneInfo(self.timezone))
