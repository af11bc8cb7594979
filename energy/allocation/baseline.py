"""What a node draws at rest and per busy core and GPU: as the site file declares it, or as a month of it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from energy.quality import Quality
from infra.inventory.compute import Node
from infra.inventory.errors import Detail


@dataclass(frozen=True)
class Baseline:
    """Powers [W] of one node. `quality` is derived when fitted, declared otherwise, and `why` then says why.

    `r2`, `idle_u_w` (standard error of the idle power) and `intervals` are those of the fit, also of a refused one.
    """

    idle_w: float
    core_w: float
    gpu_w: float
    quality: Quality = Quality.DECLARED
    r2: float | None = None
    idle_u_w: float | None = None
    intervals: int = 0
    why: Detail | None = field(default=None, compare=False)


Baselines: TypeAlias = Mapping[str, Baseline]


def declared(node: Node, why: Detail | None = None, r2: float | None = None, intervals: int = 0) -> Baseline:
    """Return the powers that the site file gives."""
    return Baseline(node.power.idle_w, core_dynamic_w(node), gpu_dynamic_w(node), Quality.DECLARED, r2,
                    intervals=intervals, why=why)


def core_dynamic_w(node: Node) -> float:
    """Return the declared power [W] of one busy core above idle: the nameplate's rest without GPUs at full load."""
    gpus_w = sum(gpu.count * gpu.nameplate_w for gpu in node.gpus)
    host_idle_w = node.power.idle_w - gpu_idle_w(node)
    return max(0.0, node.power.nameplate_w - gpus_w - host_idle_w) / node.cpu_cores


def gpu_dynamic_w(node: Node) -> float:
    """Return the declared power [W] of one busy GPU above idle, mean over the node's boards; 0 without GPU."""
    dynamic_w = sum(gpu.count * (gpu.nameplate_w - gpu.idle_w) for gpu in node.gpus)
    return max(0.0, dynamic_w) / node.gpu_count if node.gpu_count else 0.0


def gpu_idle_w(node: Node) -> float:
    """Return the declared power [W] of all boards of a node at rest."""
    return sum(gpu.count * gpu.idle_w for gpu in node.gpus)
