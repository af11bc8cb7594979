"""One GPU board over accounts: its rest by the parts they hold, the energy above it by what ran in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from energy.allocation.apportion import apportion
from energy.interval import SETTLEMENT_S
from energy.readings.gpu import Board, Claim
from energy.readings.source import Values
from energy.units import Joules, joules_from_watts
from infra.inventory.compute import Gpu

MILLI = 1000  # weights are whole thousandths of a part or a second


@dataclass(frozen=True)
class BoardSplit:
    """Joules [accounts, intervals]; both together are what the board's counter counted."""

    idle_j: Joules
    dynamic_j: Joules


def split_board(gpu: Gpu, board: Board, accounts: tuple[str, ...], owner_of_rest: str) -> BoardSplit:
    """Return a board's energy over `accounts`, which hold every claimant and `owner_of_rest`.

    Rest (the declared idle power, never more than was counted): by parts held, and what nobody holds is
    `owner_of_rest`'s: slices of seven (MIG), replicas (time-slice, MPS), the board (exclusive). On a vGPU board the
    guests that are there share it alike. Above rest: by activity times parts; by parts when nothing was active.
    """
    idle_j = np.minimum(board.energy_j, joules_from_watts(gpu.idle_w, SETTLEMENT_S))
    by_parts = _parts(gpu, board.claims, accounts, owner_of_rest, len(idle_j))
    idle, _none = apportion(idle_j, by_parts)
    active = _rows({account: claim.active_s for account, claim in board.claims.items()}, accounts, len(idle_j))
    dynamic, unused_j = apportion(board.energy_j - idle_j, active)
    unused, _none = apportion(unused_j, by_parts)
    return BoardSplit(idle + unused, dynamic)


def _parts(gpu: Gpu, claims: Mapping[str, Claim], accounts: tuple[str, ...], owner_of_rest: str,
           intervals: int) -> Joules:
    held = {account: claim.parts for account, claim in claims.items()}
    if gpu.mode == "vgpu":
        held = {account: (parts > 0).astype(np.float64) for account, parts in held.items()}
    rows = _rows(held, accounts, intervals)
    taken = rows.sum(axis=0)
    capacity = taken if gpu.mode == "vgpu" else np.maximum(taken, gpu.parts * MILLI)
    # A board that nobody holds is its owner's, whole.
    rows[accounts.index(owner_of_rest)] += np.where(taken == 0, 1, capacity - taken)
    return rows


def _rows(amounts: Mapping[str, Values], accounts: tuple[str, ...], intervals: int) -> Joules:
    rows = np.zeros((len(accounts), intervals), dtype=np.int64)
    for account, amount in amounts.items():
        rows[accounts.index(account)] += np.rint(np.maximum(amount, 0) * MILLI).astype(np.int64)
    return rows
