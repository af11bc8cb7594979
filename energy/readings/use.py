"""What namespaces reserved and used on each node: shares of a metered energy, never an energy themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from energy.errors import MissingDataError
from energy.interval import Period
from energy.readings.allow import NOTHING, Allow
from energy.readings.counter import used_between
from energy.readings.names import CPU_RESERVED, CPU_USED, GPU_RESERVED, GPU_USED, NAMESPACE_SERIES, PLATFORM
from energy.readings.part import part_of
from energy.readings.source import Source, Values
from infra.inventory.errors import N_
from infra.inventory.names import PLATFORM_NAMESPACES
from infra.inventory.site import Site


@dataclass(frozen=True)
class NodeUse:
    """Per account, on one node and per interval: core-seconds and GPU-seconds used, cores and GPUs reserved (means)."""

    cpu_used_s: Mapping[str, Values]
    gpu_used_s: Mapping[str, Values]
    cpu_reserved: Mapping[str, Values]
    gpu_reserved: Mapping[str, Values]

    def part(self, inside: slice) -> NodeUse:
        """Return some intervals of it (views, no copy)."""
        return NodeUse(*({account: row[inside] for account, row in table.items()} for table in (
            self.cpu_used_s, self.gpu_used_s, self.cpu_reserved, self.gpu_reserved)))

    def accounts(self) -> tuple[str, ...]:
        """Return the accounts that used or reserved anything here, in order of name."""
        return tuple(sorted({*self.cpu_used_s, *self.gpu_used_s, *self.cpu_reserved, *self.gpu_reserved}))


@dataclass(frozen=True)
class Use:
    """Use and reservations by node; nodes that nobody ever touched are absent."""

    period: Period
    nodes: Mapping[str, NodeUse]

    def part(self, period: Period) -> Use:
        """Return the use of a shorter period (views, no copy). Raises EnergyError when it reaches outside."""
        inside = part_of(self.period, period)
        return Use(period, {node: use.part(inside) for node, use in self.nodes.items()})


def read_use(source: Source, site: Site, period: Period, allow: Allow = NOTHING) -> Use:
    """Return what each account reserved and used on each node.

    Raises MissingDataError when no series answers, or one names an unknown node or tenant.
    """
    by_metric = {metric: _by_node_and_account(source, site, metric, period, allow) for metric in NAMESPACE_SERIES}
    for metric in (CPU_USED, CPU_RESERVED):
        if not by_metric[metric]:
            raise MissingDataError(
                N_("no namespace of site '{site}' has a reading of {metric} in the period"), where=source.where,
                site=site.id, metric=metric,
                remedy=N_("check the scrape of the cluster's use and the period; the first interval starts at {first}"),
                first=period.start.isoformat())
    nodes = sorted({node for found in by_metric.values() for node in found})
    return Use(period, {node: NodeUse(
        cpu_used_s=by_metric[CPU_USED].get(node, {}), gpu_used_s=by_metric[GPU_USED].get(node, {}),
        cpu_reserved=by_metric[CPU_RESERVED].get(node, {}), gpu_reserved=by_metric[GPU_RESERVED].get(node, {}),
    ) for node in nodes})


def account_of(site: Site, labels: Mapping[str, str], where: str = "") -> str:
    """Return the account that a namespace's series belongs to: its tenant, or `_platform`.

    Raises MissingDataError when the namespace is neither the platform's nor of a tenant of the site file.
    """
    namespace, tenant = labels.get("namespace", ""), labels.get("tenant", "")
    if namespace in PLATFORM_NAMESPACES:
        return PLATFORM
    if tenant in site.tenants:
        return tenant
    raise MissingDataError(
        N_("namespace '{namespace}' carries the tenant '{tenant}', which the site file does not know"), where=where,
        namespace=namespace, tenant=tenant,
        remedy=N_("add the tenant to the site file, or mend the namespace's label; known tenants: {known}"),
        known=", ".join(sorted(site.tenants)))


def _by_node_and_account(source: Source, site: Site, metric: str, period: Period,
                         allow: Allow) -> dict[str, dict[str, Values]]:
    counter = metric.endswith("_total")
    ask = source.latest if counter else source.means
    found: dict[str, dict[str, Values]] = {}
    for series in ask(metric, {"site": site.id}, period, allow):
        node = series.labels.get("node", "")
        if node not in site.nodes:
            raise MissingDataError(
                N_("{metric} speaks of node '{node}', which the site file does not know"), where=source.where,
                metric=metric, node=node, remedy=N_("add the node to the site file, or mend the label"))
        amounts = used_between(series.values) if counter else np.nan_to_num(series.values[1:], nan=0.0)
        accounts = found.setdefault(node, {})
        account = account_of(site, series.labels, source.where)
        accounts[account] = accounts[account] + amounts if account in accounts else amounts
    return found
