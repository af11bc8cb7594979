"""From a settled period to the report: sums per line first, whole watt-hours next, ratios last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from energy.allocation.compute_energy import ComputeEnergy, compute_energy
from energy.allocation.holders import Holder
from energy.allocation.iso_compute import Basis, IsoCompute, compare
from energy.allocation.result import IT_COMPONENTS, Allocation, Component
from energy.carbon.statement import BookName
from energy.closing.period_carbon import FactorSource
from energy.closing.read_month import STEPS as READING_STEPS
from energy.closing.read_month import Progress, read_month, unheard
from energy.closing.settled_period import SettledPeriod, settled_month
from energy.errors import ConservationError
from energy.graph.balance import balances, feed_totals_j
from energy.graph.categories import categories
from energy.graph.closure import Closure
from energy.graph.feeds import BASE_LOAD
from energy.quality import Quality
from energy.readings.allow import NOTHING, Allow
from energy.readings.names import FREE, PLATFORM, RESIDUAL, VIRTUAL_ACCOUNTS
from energy.readings.source import Source
from energy.report.full_cost_view import full_cost_lines
from energy.report.lines import EnergyReport, Feeding, ReportLine, TenantLine, View, ZoneLine
from energy.report.pue import pue_of
from energy.report.rounding import round_half_up, whole_wh
from energy.report.site_pue import site_pue
from infra.inventory.errors import N_
from infra.inventory.site import Site

STEPS = READING_STEPS + 1
VIEWS: tuple[View, ...] = ("tenant", "zone")

VIRTUAL_NAMES = {PLATFORM: N_("platform"), FREE: N_("free capacity"), RESIDUAL: N_("not closed")}


def month_report(site: Site, month: str, source: Source, view: View = "tenant", progress: Progress = unheard,
                 allow: Allow = NOTHING) -> EnergyReport:
    """Return the report of a calendar month of the site's time zone, read from `source` and kept nowhere.

    `progress` hears which of STEPS steps begins. Raises EnergyError and its kinds: nothing is made of part of the data.
    """
    inputs = read_month(source, site, month, allow, progress)
    progress(READING_STEPS, N_("closing on the facility meter"))
    report = report_of(settled_month(site, inputs, FactorSource()), view)
    progress(STEPS, N_("done"))
    return report


def report_of(settled: SettledPeriod, view: View = "tenant") -> EnergyReport:
    """Return the report of a settled period. Raises ConservationError when its lines miss the facility meter."""
    site, closure, period = settled.site, settled.sums.closure, settled.period
    views: dict[View, tuple[ReportLine, ...]] = {each: tuple(_lines(settled, each)) for each in VIEWS}
    lines = views[view]
    report = EnergyReport(
        site_id=site.id, site_name=site.identity.name, operator=site.identity.operator,
        illustrative=site.identity.illustrative, view=view, label=settled.label, timezone=site.identity.timezone,
        period=period, lines=lines, facility_energy_j=int(closure.facility_j.sum()),
        facility_energy_wh=round_half_up(int(closure.facility_j.sum())),
        it_energy_wh=sum(line.it_energy_wh for line in lines), site_pue=site_pue(site, closure, period),
        books=settled.carbon.direct.books, readings=settled.facts, declared=_declared(closure),
        method_version=settled.method_version, state=settled.state, full_cost=full_cost_lines(settled, views["tenant"]),
        feeding=Feeding(balances(site, closure), feed_totals_j(site, closure), categories(site, closure)),
        relative_u=settled.sureness.relative_u, iso_compute=_air_and_oil(settled),
        unseen_j=settled.sums.beside.unseen_j, closes=settled.closes,
        zones=tuple(line for line in views["zone"] if line.kind == "zone"))
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


def _lines(settled: SettledPeriod, view: View) -> Iterator[ReportLine]:
    rows_of = _rows_by_tenant if view == "tenant" else _rows_by_zone
    allocation = settled.sums.allocation
    groups = rows_of(settled.site, allocation.shares[Component.IDLE].holders)
    sums = {key: _energies(allocation, rows) for key, rows in groups.items()}
    cells = [(key, component) for key in groups for component in Component]
    rounded = dict(zip(cells, whole_wh([sums[key][component] for key, component in cells]), strict=True))
    compute = compute_energy(allocation, "account" if view == "tenant" else "zone")
    for key in groups:
        yield _line(settled, view, key, (sum(sums[key].values()), compute.get(key)),
                    {component: rounded[key, component] for component in Component})


def _line(settled: SettledPeriod, view: View, key: str, exact: tuple[int, ComputeEnergy | None],
          energy_wh: Mapping[Component, int]) -> ReportLine:
    energy_j, compute = exact
    it_wh = sum(energy_wh[component] for component in IT_COMPONENTS)
    virtual = key in VIRTUAL_ACCOUNTS
    kind: type[ReportLine] = ZoneLine if view == "zone" and not virtual else TenantLine
    relative_u = settled.sureness.relative_u
    return kind(
        key=key, name=_name_of(settled.site, view, key), kind="virtual" if virtual else view, energy_wh=energy_wh,
        energy_j=energy_j, carbon_g=_carbon(settled, view, key),
        pue=pue_of(sum(energy_wh.values()), it_wh, 3, settled.period), quality=_qualities(settled, view, key),
        compute=compute, relative_u=relative_u.get(f"energy:{key}", 0.0),
        ratio_relative_u=relative_u.get(f"pue:{key}" if view == "tenant" else f"ppue:{key}", 0.0))


def _carbon(settled: SettledPeriod, view: View, key: str) -> dict[BookName, float | None]:
    if view == "zone":
        return {BookName.OPERATIONAL: settled.carbon.zones.grams(key)}
    return {name: book.grams(key) for name, book in settled.carbon.direct.books.items()}


def _qualities(settled: SettledPeriod, view: View, key: str) -> dict[str, Quality]:
    measured = Quality.BRIDGED if settled.facts.bridged else Quality.MEASURED
    if key == RESIDUAL:
        return dict.fromkeys(("it_energy", "overhead_energy", "facility_energy", "carbon"), Quality.DERIVED)
    shared = Quality.ALLOCATED
    if Quality.ESTIMATED in settled.sums.beside.cooling_quality.values():
        shared = Quality.ESTIMATED
    it = measured if view == "zone" else Quality.ALLOCATED
    return {"it_energy": it, "overhead_energy": shared, "facility_energy": shared, "carbon": shared}


def _name_of(site: Site, view: View, key: str) -> str:
    if key in VIRTUAL_NAMES:
        return VIRTUAL_NAMES[key]
    return site.tenants[key].name if view == "tenant" else key


def _rows_by_tenant(site: Site, holders: tuple[Holder, ...]) -> dict[str, list[int]]:
    """Return the rows of every account, tenants in the order of the site file, even those that used nothing."""
    rows: dict[str, list[int]] = {account: [] for account in (*site.tenants, *VIRTUAL_ACCOUNTS)}
    for row, holder in enumerate(holders):
        rows[holder.account].append(row)
    return rows


def _rows_by_zone(site: Site, holders: tuple[Holder, ...]) -> dict[str, list[int]]:
    zones = {zone: [row for row, holder in enumerate(holders) if holder.zone == zone] for zone in site.cooling.zones}
    return {**zones, RESIDUAL: [row for row, holder in enumerate(holders) if holder.account == RESIDUAL]}


def _energies(allocation: Allocation, rows: list[int]) -> dict[Component, int]:
    return {component: int(shares.energy_j[rows].sum()) for component, shares in allocation.shares.items()}


def _air_and_oil(settled: SettledPeriod) -> IsoCompute | None:
    """Return the comparison of the first zone in air with the first one in liquid; None where a site has one kind."""
    zones = settled.site.cooling.zones
    air = next((name for name, zone in zones.items() if zone.kind == "air"), None)
    liquid = next((name for name, zone in zones.items() if zone.kind != "air"), None)
    energies = compute_energy(settled.sums.allocation, "zone")
    if air is None or liquid is None or not {air, liquid} <= {*energies} & {*settled.work}:
        return None
    bases = [Basis(zone, energies[zone], settled.work[zone].core_s, settled.work[zone].gpu_s,
                   settled.work[zone].gpu_in_cores) for zone in (air, liquid)]
    return compare(*bases)
