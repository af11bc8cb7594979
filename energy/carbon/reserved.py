"""What each account reserved in a period, as whole amounts: by it the embodied carbon of machines is shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction

import numpy as np

from energy.allocation.result import Allocation
from energy.interval import SETTLEMENT_S, Period
from energy.readings.gpu import Board
from energy.readings.names import FREE, PLATFORM
from energy.readings.telemetry import Telemetry
from energy.readings.use import Use
from infra.inventory.compute import MIG_SLICES, Node
from infra.inventory.site import Site

Amounts = Mapping[str, int]
_MILLI = 1000


@dataclass(frozen=True)
class Reservations:
    """Amounts by account, what nobody reserved included (`_free`; on a control plane `_platform`).

    `cpu` [millicore-seconds] and `gpu` [board-seconds x 7000] by node, `energy_j` [J] by cooling zone, `memory` and
    `storage` [byte-seconds] over all workers, by convention.
    """

    period: Period
    cpu: Mapping[str, Amounts]
    gpu: Mapping[str, Amounts]
    energy_j: Mapping[str, Amounts]
    memory: Amounts
    storage: Amounts

    def __add__(self, other: Reservations) -> Reservations:
        """Return the reservations of two periods that follow each other."""
        return Reservations(
            Period(self.period.start, other.period.end), _added_by_key(self.cpu, other.cpu),
            _added_by_key(self.gpu, other.gpu), _added_by_key(self.energy_j, other.energy_j),
            _added(self.memory, other.memory), _added(self.storage, other.storage))


def reservations_of(site: Site, use: Use, allocation: Allocation, telemetry: Telemetry | None = None) -> Reservations:
    """Return what was reserved in the period of `use`, and each account's energy by zone.

    GPUs go by the claims on each board where `telemetry` has them, else by the gauge of boards reserved.
    """
    cpu, gpu = {}, {}
    for name, node in site.nodes.items():
        seen = use.nodes.get(name)
        spare = PLATFORM if node.role == "control-plane" else FREE
        seconds = use.period.count * SETTLEMENT_S
        cores = {account: _amount(values, _MILLI) for account, values in (seen.cpu_reserved if seen else {}).items()}
        cpu[name] = _completed(cores, node.cpu_cores * _MILLI * seconds, spare)
        held = _boards_held(node, telemetry.boards[name]) if telemetry and name in telemetry.boards else {}
        boards = held or {account: _amount(values, _MILLI * MIG_SLICES)
                          for account, values in (seen.gpu_reserved if seen else {}).items()}
        gpu[name] = _completed(boards, node.gpu_count * _MILLI * MIG_SLICES * seconds, spare)
    return Reservations(use.period, cpu, gpu, _energy_by_zone(allocation), _granted(site, use.period, "memory"),
                        _granted(site, use.period, "storage"))


def _boards_held(node: Node, boards: Mapping[str, Board]) -> dict[str, int]:
    """Return who held the node's boards, by their claims: a MIG slice is a seventh, a replica its part of the board."""
    kinds = [gpu for gpu in node.gpus for _board in range(gpu.count)]
    found: dict[str, int] = {}
    for index, board in boards.items():
        gpu = kinds[int(index)] if index.isdecimal() and int(index) < len(kinds) else kinds[0]
        for account, claim in board.claims.items():
            amount = int(_amount(claim.parts, _MILLI) * Fraction(MIG_SLICES, gpu.parts))
            found[account] = found.get(account, 0) + amount
    return found


def _amount(values: np.typing.NDArray[np.float64], scale: int) -> int:
    return int(np.rint(np.asarray(values) * scale).astype(np.int64).sum()) * SETTLEMENT_S


def _completed(amounts: dict[str, int], capacity: int, spare: str) -> dict[str, int]:
    left = max(0, capacity - sum(amounts.values()))
    return _added(amounts, {spare: left}) if left else amounts


def _energy_by_zone(allocation: Allocation) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for shares in allocation.shares.values():
        for holder, energy_j in zip(shares.holders, shares.energy_j.sum(axis=1).tolist(), strict=True):
            if holder.zone and energy_j:
                zone = found.setdefault(holder.zone, {})
                zone[holder.account] = zone.get(holder.account, 0) + energy_j
    return found


def _granted(site: Site, period: Period, resource: str) -> dict[str, int]:
    """Return byte-seconds granted by conventions in force; a parent keeps what its children do not hold."""
    held = {name: getattr(tenant.convention.quota, f"{resource}_bytes") * _seconds_in_force(site, name, period)
            for name, tenant in site.tenants.items()}
    own = dict(held)
    for name, tenant in site.tenants.items():
        if tenant.parent:
            own[tenant.parent] -= held[name]
    workers = [node for node in site.nodes.values() if node.role == "worker"]
    capacity = sum(getattr(node, resource) for node in workers) * period.count * SETTLEMENT_S
    reserve = round(capacity * Fraction(str(site.cluster.platform_reserve)))
    amounts = {name: max(0, amount) for name, amount in own.items()} | {PLATFORM: reserve}
    return _completed(amounts, capacity, FREE)


def _seconds_in_force(site: Site, tenant: str, period: Period) -> int:
    convention = site.tenants[tenant].convention
    starts = datetime.combine(convention.starts, time(), site.zone_info).astimezone(UTC)
    ends = datetime.combine(convention.ends + timedelta(days=1), time(), site.zone_info).astimezone(UTC)
    return max(0, int((min(ends, period.end) - max(starts, period.start)).total_seconds()))


def _added(one: Amounts, other: Amounts) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in sorted({*one, *other})}


def _added_by_key(one: Mapping[str, Amounts], other: Mapping[str, Amounts]) -> dict[str, dict[str, int]]:
    return {key: _added(one.get(key, {}), other.get(key, {})) for key in sorted({*one, *other})}
