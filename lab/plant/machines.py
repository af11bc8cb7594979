"""Electric power of nodes: idle, busy cores and GPUs, and fans (none in oil): by measurements, or a guessed cube."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from infra.inventory.compute import Node
from infra.inventory.site import Site
from lab.plant import fans
from lab.plant.clock import Series
from lab.plant.extras import NONE, Extras
from lab.plant.workload import Workload

TYPICAL = 0.8  # of the nameplate's span: real loads do not reach a nameplate


@dataclass(frozen=True)
class NodePowers:
    """Watts by minute: the whole node, the dynamic part that each of its workloads causes (fans included), and what
    its fans draw, where they were measured.
    """

    total_w: Series
    dynamic_w: tuple[Series, ...]
    fans_w: Series | None = None


def node_powers(site: Site, workloads: Mapping[str, Sequence[Workload]], count: int,
                extras: Extras = NONE) -> dict[str, NodePowers]:
    """Return the power of every node of the site under its workloads (by node id)."""
    return {name: _powers(node, workloads.get(name, ()), count, extras.server_fans and node.power.fan_share > 0)
            for name, node in site.nodes.items()}


def _powers(node: Node, workloads: Sequence[Workload], count: int, measured_fans: bool) -> NodePowers:
    boards = sum(gpu.count for gpu in node.gpus)
    boards_span_w = sum(gpu.count * (gpu.nameplate_w - gpu.idle_w) for gpu in node.gpus)
    cores_span_w = max(0.0, node.power.nameplate_w - node.power.idle_w - boards_span_w)
    per_core_w = TYPICAL * cores_span_w / node.cpu_cores
    per_board_w = TYPICAL * boards_span_w / boards if boards else 0.0
    compute_w = [work.busy_cores * per_core_w + work.busy_gpus * per_board_w for work in workloads]
    all_compute_w = sum(compute_w, np.zeros(count))
    if measured_fans:
        return _with_fans(node, compute_w, all_compute_w)
    span_w = TYPICAL * (cores_span_w + boards_span_w)
    fans_max_w = node.power.fan_share * node.power.nameplate_w * (1 - TYPICAL)
    fans_w = fans_max_w * (all_compute_w / span_w) ** 3
    by_compute = np.where(all_compute_w > 0, 1 + fans_w / np.maximum(all_compute_w, 1e-9), 0.0)
    return NodePowers(node.power.idle_w + all_compute_w + fans_w, tuple(part * by_compute for part in compute_w))


def _with_fans(node: Node, compute_w: Sequence[Series], all_compute_w: Series) -> NodePowers:
    total_w = fans.inlet_w(node.power, all_compute_w)
    by_compute = (total_w - node.power.idle_w) / np.maximum(all_compute_w, 1e-9)
    return NodePowers(total_w, tuple(part * by_compute for part in compute_w), fans.fans_w(node.power, total_w))
