"""Electric power of nodes: idle, busy cores and GPUs, and fans that follow the cube of the load (none in oil)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from infra.inventory.compute import Node
from infra.inventory.site import Site
from lab.plant.clock import Series
from lab.plant.workload import Workload

TYPICAL = 0.8  # of the nameplate's span: real loads do not reach a nameplate


@dataclass(frozen=True)
class NodePowers:
    """Watts by minute: the whole node, and the dynamic part that each of its workloads causes (fans included)."""

    total_w: Series
    dynamic_w: tuple[Series, ...]


def node_powers(site: Site, workloads: Mapping[str, Sequence[Workload]], count: int) -> dict[str, NodePowers]:
    """Return the power of every node of the site under its workloads (by node id)."""
    return {name: _powers(node, workloads.get(name, ()), count) for name, node in site.nodes.items()}


def _powers(node: Node, workloads: Sequence[Workload], count: int) -> NodePowers:
    boards = sum(gpu.count for gpu in node.gpus)
    boards_span_w = sum(gpu.count * (gpu.nameplate_w - gpu.idle_w) for gpu in node.gpus)
    cores_span_w = max(0.0, node.power.nameplate_w - node.power.idle_w - boards_span_w)
    per_core_w = TYPICAL * cores_span_w / node.cpu_cores
    per_board_w = TYPICAL * boards_span_w / boards if boards else 0.0
    compute_w = [work.busy_cores * per_core_w + work.busy_gpus * per_board_w for work in workloads]
    all_compute_w = sum(compute_w, np.zeros(count))
    span_w = TYPICAL * (cores_span_w + boards_span_w)
    fans_max_w = node.power.fan_share * node.power.nameplate_w * (1 - TYPICAL)
    fans_w = fans_max_w * (all_compute_w / span_w) ** 3
    by_compute = np.where(all_compute_w > 0, 1 + fans_w / np.maximum(all_compute_w, 1e-9), 0.0)
    return NodePowers(node.power.idle_w + all_compute_w + fans_w, tuple(part * by_compute for part in compute_w))
