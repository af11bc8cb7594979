"""IT energy of one node over accounts: idle by reservation, dynamic by use (GHG Protocol, ICT guidance)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from energy.allocation.apportion import apportion
from energy.allocation.baseline import Baseline, core_dynamic_w, declared, gpu_dynamic_w, gpu_idle_w
from energy.allocation.fans import fan_energy_j
from energy.allocation.gpu_split import split_board
from energy.errors import EnergyError
from energy.interval import SETTLEMENT_S
from energy.readings.gpu import Board
from energy.readings.names import FREE, PLATFORM
from energy.readings.source import Values
from energy.readings.use import NodeUse
from energy.units import Joules, joules_from_watts
from infra.inventory.compute import Node
from infra.inventory.errors import N_

__all__ = ["NodeOwn", "NodeSplit", "core_dynamic_w", "gpu_dynamic_w", "split_node"]

MILLI = 1000  # weights are whole thousandths of a core, a GPU, a watt or a joule


@dataclass(frozen=True)
class NodeOwn:
    """What the node tells of itself: its boards' counters, the core-seconds its own CPU counted, its fans' energy."""

    boards: Mapping[str, Board] = field(default_factory=dict)
    cpu_core_s: Values | None = None
    fan_j: Joules | None = None


@dataclass(frozen=True)
class NodeSplit:
    """Joules [accounts, intervals] of one node; idle_j + dynamic_j adds up to what its outlets measured.

    `reserved_mw`: nameplate milliwatts that each account holds. `unseen_j` [intervals]: the part of dynamic_j that
    no pod was seen to cause.
    """

    accounts: tuple[str, ...]
    idle_j: Joules
    dynamic_j: Joules
    reserved_mw: Joules
    unseen_j: Joules


@dataclass(frozen=True)
class _Desk:
    """What every step of one node's split needs: who is there, and the weights of their reservations."""

    accounts: tuple[str, ...]
    owner_of_rest: str
    by_cpu: Joules
    by_gpu: Joules


def split_node(node: Node, energy_j: Joules, use: NodeUse, baseline: Baseline | None = None,
               own: NodeOwn | None = None) -> NodeSplit:
    """Return the split of a node's energy. Capacity nobody reserved is `_free`'s (a control plane's: `_platform`'s).

    Dynamic energy in an interval in which nobody used anything is split as idle energy: it is the machine's own.
    Boards with counters are split by themselves, and the host is what the outlets measured beside them; what the
    fans drew above rest then goes by all dynamic energy, the boards' included.
    Raises EnergyError when boards counted more than the node's outlets.
    """
    powers, own = baseline or declared(node), own or NodeOwn()
    desk = _desk_of(node, use, own, len(energy_j))
    boards_j = sum((board.energy_j for board in own.boards.values()), np.zeros_like(energy_j))
    _refuse_negative_host(node, energy_j - boards_j)
    host_idle_j, gpu_idle_j, dynamic_j = _parts(node, powers, energy_j, boards_j if own.boards else None)
    idle, _none = apportion(host_idle_j, desk.by_cpu)
    gpu_idle, _none = apportion(gpu_idle_j, desk.by_gpu)
    weights = _dynamic_weights(desk.accounts, powers, use, len(energy_j), with_gpus=not own.boards)
    fans_j = _fans_above_rest(node, powers, energy_j, own, dynamic_j)
    unseen = _unseen_weight(powers, use, own, len(energy_j))
    dynamic, unused_j, unseen_j = _dynamic(dynamic_j - fans_j, weights, unseen, desk)
    boards_idle, boards_dynamic = _boards(node, own, use, desk)
    fans, still_j = apportion(fans_j, dynamic + boards_dynamic)
    unused, _none = apportion(unused_j + still_j, desk.by_cpu)
    idle, dynamic = idle + gpu_idle + unused + boards_idle, dynamic + boards_dynamic + fans
    return NodeSplit(desk.accounts, idle, dynamic, _reserved_mw(node, desk), unseen_j)


def _desk_of(node: Node, use: NodeUse, own: NodeOwn, intervals: int) -> _Desk:
    owner_of_rest = PLATFORM if node.role == "control-plane" else FREE
    claimants = {account for board in own.boards.values() for account in board.claims}
    accounts = tuple(sorted({*use.accounts(), *claimants, owner_of_rest}))
    by_cpu, by_gpu = (_reservations(accounts, reserved, capacity, owner_of_rest, intervals) for reserved, capacity in (
        (use.cpu_reserved, node.cpu_cores), (use.gpu_reserved, node.gpu_count)))
    return _Desk(accounts, owner_of_rest, by_cpu, by_gpu)


def _refuse_negative_host(node: Node, host_j: Joules) -> None:
    if (host_j < 0).any():
        interval = int(np.argmax(host_j < 0))
        raise EnergyError(
            N_("the GPU boards of node '{serial}' counted {excess} J more than its outlets ({outlets}) in interval "
               "{interval}"), where="meters", serial=node.serial, excess=-int(host_j[interval]),
            outlets=", ".join(node.outlets), interval=interval,
            remedy=N_("check the meters of these outlets, and that each board is recorded once, in joules"))


def _parts(node: Node, powers: Baseline, energy_j: Joules, boards_j: Joules | None) -> tuple[Joules, Joules, Joules]:
    """Return (host idle, GPU idle, dynamic) [J]: the power at rest, never more than was measured.

    Where boards have counters, host only: the second is zero.
    """
    boards_w = gpu_idle_w(node)
    if boards_j is not None:
        host_j = energy_j - boards_j
        idle_j = np.minimum(host_j, joules_from_watts(max(0.0, powers.idle_w - boards_w), SETTLEMENT_S))
        return idle_j, np.zeros_like(idle_j), host_j - idle_j
    idle_j = np.minimum(energy_j, joules_from_watts(powers.idle_w, SETTLEMENT_S))
    gpu_idle_j = np.minimum(idle_j, joules_from_watts(boards_w, SETTLEMENT_S))
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


def _dynamic_weights(accounts: tuple[str, ...], powers: Baseline, use: NodeUse, intervals: int,
                     with_gpus: bool) -> Joules:
    rows: dict[str, Joules] = {}
    for used_s, power_w in ((use.cpu_used_s, powers.core_w), (use.gpu_used_s if with_gpus else {}, powers.gpu_w)):
        for account, seconds in used_s.items():
            rows[account] = rows.get(account, 0) + _whole(seconds * power_w * MILLI)
    return _stacked(accounts, rows, intervals)


def _unseen_weight(powers: Baseline, use: NodeUse, own: NodeOwn, intervals: int) -> Joules | None:
    """Return the weight of core-seconds that the node counted and no pod's series showed; None without that counter."""
    if own.cpu_core_s is None:
        return None
    seen_s = sum(use.cpu_used_s.values(), np.zeros(intervals))
    return _whole((own.cpu_core_s - seen_s) * powers.core_w * MILLI)


def _dynamic(dynamic_j: Joules, weights: Joules, unseen: Joules | None,
             desk: _Desk) -> tuple[Joules, Joules, Joules]:
    """Return (dynamic over accounts, what nobody used, what no pod was seen to use) [J].

    Unseen energy goes by the cores that accounts reserved; where none did, it is the owner of the rest's.
    """
    if unseen is None:
        shares, unused_j = apportion(dynamic_j, weights)
        return shares, unused_j, np.zeros_like(dynamic_j)
    shares, unused_j = apportion(dynamic_j, np.vstack([weights, unseen]))
    unseen_j = shares[-1]
    reserved = desk.by_cpu.copy()
    rest = desk.accounts.index(desk.owner_of_rest)
    others = reserved.sum(axis=0) - reserved[rest]
    reserved[rest] = np.where(others > 0, 0, 1)
    spread, _none = apportion(unseen_j, reserved)
    return shares[:-1] + spread, unused_j, unseen_j


def _fans_above_rest(node: Node, powers: Baseline, energy_j: Joules, own: NodeOwn, dynamic_j: Joules) -> Joules:
    """Return what the fans drew above rest [J]: they cool boards and host, and only the host's energy holds them.

    Never more than the host drew above rest. Zero without board counters: fans then are in what is split at once.
    """
    if not own.boards:
        return np.zeros_like(energy_j)
    at_rest_j = np.full_like(energy_j, joules_from_watts(powers.idle_w, SETTLEMENT_S))
    above_j = fan_energy_j(node, energy_j, own.fan_j) - fan_energy_j(node, at_rest_j)
    fans_j: Joules = np.clip(above_j, 0, dynamic_j)
    return fans_j


def _boards(node: Node, own: NodeOwn, use: NodeUse, desk: _Desk) -> tuple[Joules, Joules]:
    """Return (idle, dynamic) [J] over accounts of all boards that have counters."""
    idle, dynamic = np.zeros_like(desk.by_cpu), np.zeros_like(desk.by_cpu)
    claimed = any(board.claims for board in own.boards.values())
    for index, board in sorted(own.boards.items()):
        board_idle, board_dynamic = _board(node, index, board, None if claimed else use, desk)
        idle, dynamic = idle + board_idle, dynamic + board_dynamic
    return idle, dynamic


def _board(node: Node, index: str, board: Board, use: NodeUse | None, desk: _Desk) -> tuple[Joules, Joules]:
    """Return (idle, dynamic) of one board by its claims; where claims on no board are known, as the node's GPUs were
    held and used. A board without claims beside one that has some is nobody's: its node's use is told elsewhere.
    """
    kind = node.boards()[index]
    if use is None:
        split = split_board(kind, board, desk.accounts, desk.owner_of_rest)
        return split.idle_j, split.dynamic_j
    idle_j = np.minimum(board.energy_j, joules_from_watts(kind.idle_w, SETTLEMENT_S))
    idle, _none = apportion(idle_j, desk.by_gpu)
    used = _stacked(desk.accounts, {account: _whole(seconds * MILLI) for account, seconds in use.gpu_used_s.items()},
                    len(idle_j))
    dynamic, unused_j = apportion(board.energy_j - idle_j, used)
    unused, _none = apportion(unused_j, desk.by_gpu)
    return idle + unused, dynamic


def _reserved_mw(node: Node, desk: _Desk) -> Joules:
    boards_w = sum(gpu.count * gpu.nameplate_w for gpu in node.gpus)
    host_mw = round(max(0.0, node.power.nameplate_w - boards_w) * MILLI)
    width = desk.by_cpu.shape[1]
    host, _none = apportion(np.full(width, host_mw, dtype=np.int64), desk.by_cpu)
    boards, _none = apportion(np.full(width, round(boards_w * MILLI), dtype=np.int64), desk.by_gpu)
    return host + boards


def _whole(amounts: Values) -> Joules:
    return np.rint(np.maximum(amounts, 0)).astype(np.int64)


def _stacked(accounts: tuple[str, ...], rows: Mapping[str, Joules], intervals: int) -> Joules:
    empty = np.zeros(intervals, dtype=np.int64)
    return np.stack([rows.get(account, empty) for account in accounts])
