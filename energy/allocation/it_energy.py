"""IT energy of every node over holders, and what each holder draws through each outlet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from energy.allocation.holders import Holder, Shares
from energy.allocation.node_split import NodeSplit, split_node
from energy.graph.closure import Closure
from energy.readings.names import RESIDUAL
from energy.readings.use import NodeUse, Use
from energy.units import Joules
from infra.inventory.site import Site

_NOBODY = NodeUse(cpu_used_s={}, gpu_used_s={}, cpu_reserved={}, gpu_reserved={})


@dataclass(frozen=True)
class ItEnergy:
    """IT energy by component over all holders; `through_outlets` weighs the losses upstream, it is no account."""

    idle: Shares
    dynamic: Shares
    through_outlets: Mapping[str, Joules]

    @property
    def total(self) -> Shares:
        return self.idle + self.dynamic


def it_energy(site: Site, closure: Closure, use: Use) -> ItEnergy:
    """Return the split of each node's outlets over the accounts that reserved or used it."""
    splits = {node_id: split_node(node, _node_energy(closure, node.outlets), use.nodes.get(node_id, _NOBODY))
              for node_id, node in sorted(site.nodes.items())}
    holders = _holders(site, splits)
    idle, dynamic = (Shares.none(holders, closure.period.count) for _component in range(2))
    through: dict[str, Joules] = {}
    for node_id, split in splits.items():
        rows = [holders.index(Holder(account, site.zone_of(node_id))) for account in split.accounts]
        idle.energy_j[rows] += split.idle_j
        dynamic.energy_j[rows] += split.dynamic_j
        through.update(_through(closure, site.nodes[node_id].outlets, split, rows, len(holders)))
    return ItEnergy(idle, dynamic, through)


def _holders(site: Site, splits: Mapping[str, NodeSplit]) -> tuple[Holder, ...]:
    found = {Holder(account, site.zone_of(node_id)) for node_id, split in splits.items() for account in split.accounts}
    return tuple(sorted({*found, Holder(RESIDUAL, "")}))


def _node_energy(closure: Closure, outlets: tuple[str, ...]) -> Joules:
    return sum((closure.outlets_j[outlet] for outlet in outlets), np.zeros_like(closure.facility_j))


def _through(closure: Closure, outlets: tuple[str, ...], split: NodeSplit, rows: list[int],
             height: int) -> dict[str, Joules]:
    """Return each holder's draw [J] at each outlet of a node: its part of the node times the outlet's part of it."""
    own_j = split.idle_j + split.dynamic_j
    node_j = np.maximum(own_j.sum(axis=0), 1)
    through: dict[str, Joules] = {}
    for outlet in outlets:
        through[outlet] = np.zeros((height, closure.period.count), dtype=np.int64)
        through[outlet][rows] = own_j * closure.outlets_j[outlet] // node_j
    return through
