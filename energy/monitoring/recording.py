"""Recording rules: a few series per site, zone and tenant. They show a day's course; no bill is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from energy.allocation.node_split import core_dynamic_w, gpu_dynamic_w
from energy.monitoring.expressions import (
    WINDOW,
    facility_meters,
    machine_meters,
    metered,
    node_meters,
    power_w,
)
from energy.readings.names import CPU_RESERVED, CPU_USED, FREE, GPU_RESERVED, GPU_USED, PLATFORM
from infra.inventory.names import PLATFORM_NAMESPACES
from infra.inventory.site import Site

Rule = Mapping[str, object]

FACILITY = "estran:facility_power_watts"
IT = "estran:it_power_watts"
NODE = "estran:node_power_watts"
NODE_IDLE = "estran:node_idle_watts"
ZONE_IT = "estran:zone_it_power_watts"
ZONE_OVERHEAD = "estran:zone_dedicated_overhead_power_watts"
TENANT = "estran:tenant_zone_it_power_watts"
INTERIM_PUE = "estran:interim_pue:ratio_1h"
# Names of the Sovereign Cloud Stack's draft of sustainability data formats (SCS-0414): gauges, energy in kWh, here of
# the last hour. A mean of watts over an hour is watt-hours, whether the window holds 60 samples (Prometheus 3) or 61.
PROVIDER_KWH = "sustainability_provider_energy_kwh"
TENANT_KWH = "sustainability_tenant_energy_kwh"


def recording_rules(site: Site) -> Iterator[Rule]:
    """Yield the rules in the order in which they stand on each other."""
    yield _rule(FACILITY, power_w(site, facility_meters(site)), site=site.id)
    for category, places in ((1, site.power.ups), (2, site.power.pdus)):
        meters = metered(site, places, "out")
        if len(meters) == len(places):
            yield _rule(IT, power_w(site, meters), site=site.id, category=str(category))
    yield from _nodes(site)
    yield _rule(IT, f'sum by (site) ({NODE}{{site="{site.id}"}})', category="3")
    yield _rule(ZONE_IT, f'sum by (site, zone) ({NODE}{{site="{site.id}"}})')
    for zone in site.cooling.zones:
        if meters := machine_meters(site, zone):
            yield _rule(ZONE_OVERHEAD, power_w(site, meters), site=site.id, zone=zone)
    yield from _interim_pue(site)
    yield from _tenants(site)
    yield _rule(PROVIDER_KWH, f'avg_over_time({FACILITY}{{site="{site.id}"}}[1h]) / 1000',
                datacenter=site.id, component="facility")
    yield _rule(TENANT_KWH, f'sum by (project_id) (label_replace(avg_over_time({TENANT}{{site="{site.id}"}}[1h]), '
                            '"project_id", "$1", "tenant", "(.+)")) / 1000', datacenter=site.id)


def _rule(record: str, expression: str, **labels: str) -> Rule:
    return {"record": record, "expr": expression, **({"labels": labels} if labels else {})}


def _nodes(site: Site) -> Iterator[Rule]:
    for name, node in site.nodes.items():
        meters = node_meters(site, name)
        if meters:
            labels = {"site": site.id, "node": name, "zone": site.zone_of(name)}
            yield _rule(NODE, power_w(site, meters), **labels)
            yield _rule(NODE_IDLE, f"vector({node.power.idle_w:g})", **labels)


def _interim_pue(site: Site) -> Iterator[Rule]:
    """Yield the ratio over the last hour: interim (ISO/IEC 30134-2), as its name says, and never to be averaged."""
    supplied, used = (f'sum_over_time({record}{{site="{site.id}"}}[1h])' for record in (FACILITY, IT))
    yield _rule(INTERIM_PUE, f"(1 / {used}) * on (site) group_left () {supplied}")


def _tenants(site: Site) -> Iterator[Rule]:
    """Yield power per account and zone: idle by what is reserved, dynamic by what was used (METHOD.md, section 4).

    Idle that nobody reserved is `_free`'s, on a control plane `_platform`'s: accounts add up to the nodes.
    """
    here = f'site="{site.id}"'
    reserved = _by_account(_one_vector(_idle_terms(site)))
    weights = _by_account(_one_vector(_busy_terms(site)))
    workers = "|".join(sorted(name for name, node in site.nodes.items() if node.role == "worker"))
    unreserved = f"clamp_min({NODE_IDLE}{{{here}}} - on (site, node) sum by (site, node) ({reserved}), 0)"
    rest = f'label_replace(label_replace({unreserved}, "tenant", "{PLATFORM}", "", ""), ' \
           f'"tenant", "{FREE}", "node", "{workers}")'
    above_idle = f"clamp_min({NODE}{{{here}}} - on (site, node) {NODE_IDLE}{{{here}}}, 0)"
    dynamic = (f"{weights} / on (site, node) group_left () (sum by (site, node) ({weights}) > 0) "
               f"* on (site, node) group_left () {above_idle}")
    zone_of = f"group by (site, node, zone) ({NODE}{{{here}}})"
    parts = _one_vector([reserved, rest, dynamic])
    yield _rule(TENANT, f"sum by (site, tenant, zone) ({parts} * on (site, node) group_left (zone) {zone_of})")


def _idle_terms(site: Site) -> Iterator[str]:
    for name, node in site.nodes.items():
        where = f'{{site="{site.id}",node="{name}"}}'
        boards_w = sum(gpu.count * gpu.idle_w for gpu in node.gpus)
        yield f"{CPU_RESERVED}{where} * {(node.power.idle_w - boards_w) / node.cpu_cores:g}"
        if node.gpu_count:
            yield f"{GPU_RESERVED}{where} * {boards_w / node.gpu_count:g}"


def _busy_terms(site: Site) -> Iterator[str]:
    for name, node in site.nodes.items():
        where = f'{{site="{site.id}",node="{name}"}}'
        yield f"rate({CPU_USED}{where}[{WINDOW}]) * {core_dynamic_w(node):g}"
        if node.gpu_count:
            yield f"rate({GPU_USED}{where}[{WINDOW}]) * {gpu_dynamic_w(node):g}"


def _one_vector(terms: Iterable[str]) -> str:
    """Return the union of vectors; a label `term` keeps apart series that bear the same labels otherwise."""
    return "(" + " or ".join(f'label_replace({term}, "term", "{number}", "", "")'
                             for number, term in enumerate(terms)) + ")"


def _by_account(vector: str) -> str:
    platform = "|".join(sorted(PLATFORM_NAMESPACES))
    return f'sum by (site, node, tenant) (label_replace({vector}, "tenant", "{PLATFORM}", "namespace", "{platform}"))'
