"""What a ratio model in the manner of Kepler says: a node's power by the share of its CPU time, boards by pod.

Formulas, for one node and one minute, in our words: with b busy of c cores, the node's power P has an active part
P·b/c and an idle part, which is the rest. The active part goes to pods by their CPU time; the idle part stays with the
node. A GPU board's power is its pods'. What stands before the node's inlet is not in the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lab.plant.clock import STEP_S, Series
from tests.energy.peers.seen import Seen, SeenNode


@dataclass(frozen=True)
class Kepler:
    """Joules by account: of pods alone, and with the nodes' idle part spread by the same ratio of CPU time."""

    pods_j: Mapping[str, float]
    with_idle_j: Mapping[str, float]
    node_idle_j: float


def kepler(seen: Seen) -> Kepler:
    """Return what the ratio model says of a month."""
    pods: dict[str, float] = {str(account): joules for account, joules in seen.boards_j.items() if account}
    whole = dict(pods)
    idle_j = 0.0
    for node in seen.nodes.values():
        active_w = active_power_w(node)
        idle_j += float((node.host_w - active_w).sum()) * STEP_S
        for unit in node.units:
            share = np.divide(unit.cores, node.busy_cores, out=np.zeros_like(unit.cores), where=node.busy_cores > 0)
            for table, power_w in ((pods, active_w), (whole, node.host_w)):
                table[unit.account] = table.get(unit.account, 0.0) + float((power_w * share).sum()) * STEP_S
    return Kepler(pods, whole, idle_j)


def active_power_w(node: SeenNode) -> Series:
    """Return the active part of a node's power: it is nothing at rest, and all of it when every core is busy."""
    return node.host_w * np.clip(node.busy_cores / node.cores, 0.0, 1.0)
