"""IT energy of every node over holders, and what each holder draws through each outlet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from energy.allocation.baseline import Baselines
from energy.allocation.fans import fan_energy_j
from energy.allocation.flow import Flow
from energy.allocation.holders import Holder, Shares
from energy.allocation.node_split import NodeOwn, NodeSplit, split_node
from energy.graph.closure import Closure
from energy.readings.names import RESIDUAL
from energy.readings.telemetry import Telemetry
from energy.readings.use import NodeUse, Use
from energy.units import Joules
from infra.inventory.site import Site

_NOBODY = NodeUse(cpu_used_s={}, gpu_used_s={}, cpu_reserved={}, gpu_reserved={})


@dataclass(frozen=True)
class ItEnergy:
    """IT energy by component over all holders; `through_outlets` weighs the losses upstream, it is no account.

    `fans`: the part of it that fans of servers drew. `reserved_mw`: nameplate milliwatts held, and per outlet.
    `unseen_j` [intervals]: dynamic energy that no pod was seen to cause.
    """

    idle: Shares
    dynamic: Shares
    fans: Shares
    reserved_mw: Shares
    through_outlets: Mapping[str, Flow]
    reserved_at_outlets: Mapping[str, Flow]
    unseen_j: Joules

    @property
    def total(self) -> Shares:
        return self.idle + self.dynamic


def node_splits(site: Site, closure: Closure, use: Use, baselines: Baselines | None = None,
                telemetry: Telemetry | None = None, zone: str | None = None) -> dict[str, NodeSplit]:
    """Return the split of every node, or of the nodes of one cooling zone: zones don't wait for each other."""
    telemetry = telemetry or Telemetry(closure.period)
    return {node_id: split_node(
        node, _node_energy(closure, node.outlets), use.nodes.get(node_id, _NOBODY), (baselines or {}).get(node_id),
        NodeOwn(telemetry.boards.get(node_id, {}), telemetry.cpu_core_s.get(node_id), telemetry.fan_j.get(node_id)))
        for node_id, node in sorted(site.nodes.items()) if zone in (None, site.zone_of(node_id))}


def it_energy(site: Site, closure: Closure, splits: Mapping[str, NodeSplit],
              telemetry: Telemetry | None = None) -> ItEnergy:
    """Return the split of each node's outlets over the accounts that reserved or used it."""
    telemetry = telemetry or Telemetry(closure.period)
    zones = {node_id: site.zone_of(node_id) for node_id in splits}
    holders = _holders(zones, splits)
    places = {(holder.account, holder.zone): row for row, holder in enumerate(holders)}
    idle, dynamic, fans, reserved = (Shares.none(holders, closure.period.count) for _table in range(4))
    through: dict[str, Flow] = {}
    held: dict[str, Flow] = {}
    for node_id, split in splits.items():
        rows = np.array([places[account, zones[node_id]] for account in split.accounts], dtype=np.int64)
        own_j = split.idle_j + split.dynamic_j
        idle.energy_j[rows] += split.idle_j
        dynamic.energy_j[rows] += split.dynamic_j
        reserved.energy_j[rows] += split.reserved_mw
        node = site.nodes[node_id]
        fan_j = fan_energy_j(node, own_j.sum(axis=0), telemetry.fan_j.get(node_id))
        fans.energy_j[rows] += _part_of(own_j, fan_j)
        held_at_each = Flow(rows, split.reserved_mw // len(node.outlets))
        for outlet in node.outlets:
            through[outlet] = Flow(rows, _part_of(own_j, closure.outlets_j[outlet]))
            held[outlet] = held_at_each
    unseen_j = sum((split.unseen_j for split in splits.values()), np.zeros_like(closure.facility_j))
    return ItEnergy(idle, dynamic, fans, reserved, through, held, unseen_j)


def _holders(zones: Mapping[str, str], splits: Mapping[str, NodeSplit]) -> tuple[Holder, ...]:
    found = {(account, zones[node_id]) for node_id, split in splits.items() for account in split.accounts}
    return tuple(Holder(account, zone) for account, zone in sorted({*found, (RESIDUAL, "")}))


def _node_energy(closure: Closure, outlets: tuple[str, ...]) -> Joules:
    return sum((closure.outlets_j[outlet] for outlet in outlets), np.zeros_like(closure.facility_j))


def _part_of(own_j: Joules, part_j: Joules) -> Joules:
    """Return each account's part [J] of a part of its node's energy: an outlet's, or the fans'. Rounded down."""
    if not part_j.any():
        return np.zeros_like(own_j)
    shared: Joules = own_j * part_j // np.maximum(own_j.sum(axis=0), 1)
    return shared
