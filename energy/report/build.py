"""From the settled result to the report: sums per line first, whole watt-hours next, ratios last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from energy.allocation.holders import Holder
from energy.allocation.result import IT_COMPONENTS, Allocation, Component
from energy.allocation.settle import settle
from energy.carbon.book import carbon_j_g_per_kwh, grams, refuse_generated
from energy.carbon.factors import FactorSeries, factors_for
from energy.errors import ConservationError
from energy.graph.closure import Closure
from energy.graph.feeds import BASE_LOAD
from energy.interval import Period, month_period
from energy.quality import Quality
from energy.readings.meters import MeterReadings, read_meters
from energy.readings.names import FREE, PLATFORM, RESIDUAL, VIRTUAL_ACCOUNTS
from energy.readings.prometheus import Prometheus
from energy.readings.use import read_use
from energy.report.lines import CarbonSource, EnergyReport, ReportLine, TenantLine, View, ZoneLine
from energy.report.pue import pue_of
from energy.report.rounding import round_half_up, whole_wh
from energy.report.site_pue import site_pue
from energy.units import Joules
from infra.inventory.errors import N_
from infra.inventory.site import Site

METHOD_VERSION = "1"
STEPS = 4

Progress = Callable[[int, str], None]
VIRTUAL_NAMES = {PLATFORM: N_("platform"), FREE: N_("free capacity"), RESIDUAL: N_("not closed")}


def _unheard(_step: int, _doing: str) -> None:
    """Hear nothing of the progress."""


@dataclass(frozen=True)
class Settled:
    """What a report is made of."""

    site: Site
    readings: MeterReadings
    allocation: Allocation
    factors: FactorSeries


def month_report(site: Site, month: str, source: Prometheus, view: View = "tenant",
                 progress: Progress = _unheard) -> EnergyReport:
    """Return the report of a calendar month of the site's time zone, read from `source`.

    `progress` hears which of STEPS steps begins. Raises EnergyError and its kinds: nothing is made of part of the data.
    """
    period = month_period(month, site.zone_info)
    progress(0, N_("reading the meters"))
    readings = read_meters(source, site, period)
    progress(1, N_("reading the use of namespaces"))
    use = read_use(source, site, period)
    progress(2, N_("closing on the facility meter"))
    allocation = settle(site, readings, use)
    progress(3, N_("weighing carbon"))
    settled = Settled(site, readings, allocation, _factors(site, period, allocation))
    report = report_of(settled, view, month, source.url)
    progress(STEPS, N_("done"))
    return report


def report_of(settled: Settled, view: View, label: str, source: str) -> EnergyReport:
    """Return the report of a settled period. Raises ConservationError when its lines miss the facility meter."""
    site, closure = settled.site, settled.allocation.closure
    lines = tuple(_lines(settled, view))
    factors = settled.factors
    report = EnergyReport(
        site_id=site.id, site_name=site.identity.name, operator=site.identity.operator,
        illustrative=site.identity.illustrative, view=view, label=label, timezone=site.identity.timezone,
        period=closure.period, lines=lines, facility_energy_j=int(closure.facility_j.sum()),
        facility_energy_wh=round_half_up(int(closure.facility_j.sum())),
        it_energy_wh=sum(line.it_energy_wh for line in lines),
        site_pue=site_pue(site, closure, closure.period),
        carbon=CarbonSource(factors.row, float(factors.gco2_per_kwh.mean()), factors.counts),
        bridged={name: count for name, count in settled.readings.bridged.items() if count},
        declared=_declared(closure), meters=len(settled.readings.energy_j), source=source,
        method_version=METHOD_VERSION)
    if report.sum_of_lines_j != report.facility_energy_j or report.sum_of_lines_wh != report.facility_energy_wh:
        raise ConservationError(N_("the lines do not add up to the facility meter"), where="energy.report",
                                remedy=N_("report this with the site file: no figure is shown"))
    return report


def _declared(closure: Closure) -> tuple[str, ...]:
    """Return the elements whose energy is the site file's word, not a meter's."""
    stages = [name for name, stage in closure.stages.items()
              if stage.loss_quality is Quality.DECLARED and stage.loss_j.any()]
    base = [BASE_LOAD] if closure.base_load_quality is Quality.DECLARED and closure.base_load_j.any() else []
    return tuple(sorted(stages) + base)


def _factors(site: Site, period: Period, allocation: Allocation) -> FactorSeries:
    refuse_generated(allocation.closure)
    return factors_for(period, next(iter(site.power.incomers.values())).grid)


def _lines(settled: Settled, view: View) -> Iterator[ReportLine]:
    rows_of = _rows_by_tenant if view == "tenant" else _rows_by_zone
    groups = rows_of(settled.site, settled.allocation.shares[Component.IDLE].holders)
    sums = {key: _energies(settled.allocation, rows) for key, rows in groups.items()}
    cells = [(key, component) for key in groups for component in Component]
    rounded = dict(zip(cells, whole_wh([int(sums[key][component].sum()) for key, component in cells]), strict=True))
    for key in groups:
        yield _line(settled, view, key, sums[key], {component: rounded[key, component] for component in Component})


def _line(settled: Settled, view: View, key: str, energies_j: Mapping[Component, Joules],
          energy_wh: Mapping[Component, int]) -> ReportLine:
    total_j = sum(energies_j.values(), settled.allocation.closure.facility_j * 0)
    it_wh = sum(energy_wh[component] for component in IT_COMPONENTS)
    virtual = key in VIRTUAL_ACCOUNTS
    kind: type[ReportLine] = ZoneLine if view == "zone" and not virtual else TenantLine
    return kind(
        key=key, name=_name_of(settled.site, view, key), kind="virtual" if virtual else view, energy_wh=energy_wh,
        energy_j=int(total_j.sum()), location_based_gco2e=grams(carbon_j_g_per_kwh(total_j, settled.factors)),
        pue=pue_of(sum(energy_wh.values()), it_wh, 3, settled.allocation.closure.period),
        quality=_qualities(settled, view, key))


def _qualities(settled: Settled, view: View, key: str) -> dict[str, Quality]:
    bridged = any(settled.readings.bridged.values())
    measured = Quality.BRIDGED if bridged else Quality.MEASURED
    if key == RESIDUAL:
        return {"it_energy": Quality.DERIVED, "overhead_energy": Quality.DERIVED, "facility_energy": Quality.DERIVED,
                "carbon": Quality.DERIVED}
    it = measured if view == "zone" else Quality.ALLOCATED
    return {"it_energy": it, "overhead_energy": Quality.ALLOCATED, "facility_energy": Quality.ALLOCATED,
            "carbon": Quality.ALLOCATED}


def _name_of(site: Site, view: View, key: str) -> str:
    if key in VIRTUAL_NAMES:
        return VIRTUAL_NAMES[key]
    return site.tenants[key].name if view == "tenant" else key


def _rows_by_tenant(site: Site, holders: tuple[Holder, ...]) -> dict[str, list[int]]:
    """Return the rows of every account, tenants in the order of the site file, even those that used nothing."""
    return {account: [row for row, holder in enumerate(holders) if holder.account == account]
            for account in (*site.tenants, *VIRTUAL_ACCOUNTS)}


def _rows_by_zone(site: Site, holders: tuple[Holder, ...]) -> dict[str, list[int]]:
    zones = {zone: [row for row, holder in enumerate(holders) if holder.zone == zone] for zone in site.cooling.zones}
    return {**zones, RESIDUAL: [row for row, holder in enumerate(holders) if holder.account == RESIDUAL]}


def _energies(allocation: Allocation, rows: list[int]) -> dict[Component, Joules]:
    return {component: shares.energy_j[rows].sum(axis=0) for component, shares in allocation.shares.items()}
