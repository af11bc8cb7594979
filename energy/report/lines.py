"""What a report holds: frozen lines in whole watt-hours that add up to the facility meter, and all that dates them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from energy.allocation.compute_energy import ComputeEnergy
from energy.allocation.iso_compute import IsoCompute
from energy.allocation.result import IT_COMPONENTS, OVERHEAD_COMPONENTS, Component
from energy.carbon.statement import Book, BookName
from energy.closing.reading_facts import ReadingFacts
from energy.graph.balance import Balance
from energy.graph.categories import Category
from energy.interval import Period
from energy.ledger.manifest import State
from energy.quality import Quality
from energy.report.pue import InterimPue, Pue

View = Literal["tenant", "zone"]
Kind = Literal["tenant", "virtual", "zone"]


@dataclass(frozen=True)
class ReportLine:
    """One line: its energy by component [Wh, whole; joules beside, exact], its carbon, its ratio when there is one.

    `relative_u` and `ratio_relative_u` are relative standard uncertainties of its energy and of its ratio; 0: unknown.
    """

    key: str
    name: str
    kind: Kind
    energy_wh: Mapping[Component, int]
    energy_j: int
    carbon_g: Mapping[BookName, float | None]
    pue: Pue | InterimPue | None
    quality: Mapping[str, Quality]
    compute: ComputeEnergy | None = None
    relative_u: float = 0.0
    ratio_relative_u: float = 0.0

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

    @property
    def location_based_gco2e(self) -> float:
        """Return the grams of the operational book."""
        return self.carbon_g.get(BookName.OPERATIONAL) or 0.0


@dataclass(frozen=True)
class TenantLine(ReportLine):
    """A tenant, or one of `_platform`, `_free`, `_residual`."""


@dataclass(frozen=True)
class ZoneLine(ReportLine):
    """A cooling zone: its ratio is a partial PUE."""


@dataclass(frozen=True)
class FullCostLine:
    """A tenant in the full-cost view [Wh]: its own line, and its parts of `_free`, `_platform`, `_residual`."""

    key: str
    name: str
    own_wh: int
    free_wh: int
    platform_wh: int
    residual_wh: int
    location_based_gco2e: float

    @property
    def total_wh(self) -> int:
        return self.own_wh + self.free_wh + self.platform_wh + self.residual_wh


@dataclass(frozen=True)
class FullCost:
    """The full-cost view. `unborne_wh`: of intervals in which no tenant was there to bear anything."""

    lines: tuple[FullCostLine, ...]
    unborne_wh: int

    @property
    def total_wh(self) -> int:
        return sum(line.total_wh for line in self.lines) + self.unborne_wh


@dataclass(frozen=True)
class Feeding:
    """How the feeds of the site close: the test at each parent, IT energy [J] by feed, the three categories."""

    balances: tuple[Balance, ...]
    feed_totals_j: Mapping[str, int]
    categories: tuple[Category, ...]


@dataclass(frozen=True)
class EnergyReport:
    """A site over a period. `sum_of_lines_wh` == `facility_energy_wh`, checked when the report is made.

    `books` are the carbon books as wholes; a line holds its own part. `state` says whether the figures bind.
    `zones` are the cooling zones, whatever the view.
    """

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
    books: Mapping[BookName, Book]
    readings: ReadingFacts
    declared: tuple[str, ...]
    method_version: str
    state: State = State.OPEN
    full_cost: FullCost = FullCost((), 0)
    feeding: Feeding = Feeding((), {}, ())
    relative_u: Mapping[str, float] = field(default_factory=dict)
    iso_compute: IsoCompute | None = None
    unseen_j: int = 0
    closes: tuple[str, ...] = ()
    zones: tuple[ReportLine, ...] = ()

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
