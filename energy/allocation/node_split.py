"""IT energy of one node over accounts: idle by reservation, dynamic by use (GHG Protocol, ICT guidance)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from energy.allocation.apportion import apportion
from energy.interval import SETTLEMENT_S
from energy.readings.names import FREE, PLATFORM
from energy.readings.prometheus import Values
from energy.readings.use import NodeUse
from energy.units import Joules, joules_from_watts
from infra.inventory.compute import Node

MILLI = 1000  # weights are whole thousandths of a core, a GPU or a joule


@dataclass(frozen=True)
class NodeSplit:
    """Joules [accounts, intervals] of one node; idle_j + dynamic_j adds up to what its outlets measured."""

    accounts: tuple[str, ...]
    idle_j: Joules
    dynamic_j: Joules


def split_node(node: Node, energy_j: Joules, use: NodeUse) -> NodeSplit:
    """Return the split of a node's energy. Capacity nobody reserved is `_free`'s (a control plane's: `_platform`'s).

    Dynamic energy in an interval in which nobody used anything is split as idle energy: it is the machine's own.
    """
    owner_of_rest = PLATFORM if node.role == "control-plane" else FREE
    accounts = tuple(sorted({*use.accounts(), owner_of_rest}))
    gpu_idle_w = sum(gpu.count * gpu.idle_w for gpu in node.gpus)
    host_idle_j, gpu_idle_j, dynamic_j = _parts(node, energy_j, gpu_idle_w)
    by_cpu = _reservations(accounts, use.cpu_reserved, node.cpu_cores, owner_of_rest, len(energy_j))
    by_gpu = _reservations(accounts, use.gpu_reserved, node.gpu_count, owner_of_rest, len(energy_j))
    idle, _none = apportion(host_idle_j, by_cpu)
    gpu_idle, _none = apportion(gpu_idle_j, by_gpu)
    dynamic, unused_j = apportion(dynamic_j, _dynamic_weights(accounts, node, use, len(energy_j)))
    unused, _none = apportion(unused_j, by_cpu)
    return NodeSplit(accounts, idle + gpu_idle + unused, dynamic)


def core_dynamic_w(node: Node) -> float:
    """Return the declared power [W] of one busy core above idle: the nameplate's rest without GPUs at full load."""
    gpus_w = sum(gpu.count * gpu.nameplate_w for gpu in node.gpus)
    host_idle_w = node.power.idle_w - sum(gpu.count * gpu.idle_w for gpu in node.gpus)
    return max(0.0, node.power.nameplate_w - gpus_w - host_idle_w) / node.cpu_cores


def gpu_dynamic_w(node: Node) -> float:
    """Return the declared power [W] of one busy GPU above idle, mean over the node's boards; 0 without GPU."""
    dynamic_w = sum(gpu.count * (gpu.nameplate_w - gpu.idle_w) for gpu in node.gpus)
    return max(0.0, dynamic_w) / node.gpu_count if node.gpu_count else 0.0


def _parts(node: Node, energy_j: Joules, gpu_idle_w: float) -> tuple[Joules, Joules, Joules]:
    """Return (host idle, GPU idle, dynamic) [J]: the declared idle power, never more than was measured."""
    idle_j = np.minimum(energy_j, joules_from_watts(node.power.idle_w, SETTLEMENT_S))
    gpu_idle_j = np.minimum(idle_j, joules_from_watts(gpu_idle_w, SETTLEMENT_S))
    return idle_j - gpu_idle_j, gpu_idle_j, energy_j - idle_j


def _reservations(accounts: tuple[str, ...], reserved: Mapping[str, Values], capacity: float,
                  owner_of_rest: str, intervals: int) -> Joules:
    rows = {account: _whole(amount * MILLI) for account, amount in reserved.items()}
    taken = sum(rows.values(), np.zeros(intervals, dtype=np.int64))
    rest = np.maximum(0, round(capacity * MILLI) - taken)
    # Where nothing can be reserved (GPUs of a node without any), the owner of the rest stands for the machine.
    rest = np.where((taken == 0) & (rest == 0), 1, rest)
    rows[owner_of_rest] = rows.get(owner_of_rest, 0) + rest
    return _stacked(accounts, rows, intervals)


def _dynamic_weights(accounts: tuple[str, ...], node: Node, use: NodeUse, intervals: int) -> Joules:
    rows: dict[str, Joules] = {}
    for used_s, power_w in ((use.cpu_used_s, core_dynamic_w(node)), (use.gpu_used_s, gpu_dynamic_w(node))):
        for account, seconds in used_s.items():
            rows[account] = rows.get(account, 0) + _whole(seconds * power_w * MILLI)
    return _stacked(accounts, rows, intervals)


def _whole(amounts: Values) -> Joules:
    return np.rint(np.maximum(amounts, 0)).astype(np.int64)


def _stacked(accounts: tuple[str, ...], rows: Mapping[str, Joules], intervals: int) -> Joules:
    empty = np.zeros(intervals, dtype=np.int64)
    return np.stack([rows.get(account, empty) for account in accounts])
