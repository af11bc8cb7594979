"""Whole watt-hours on the page that add up like the joules behind them."""

from __future__ import annotations

from collections.abc import Sequence

from energy.units import J_PER_WH


def whole_wh(parts_j: Sequence[int]) -> list[int]:
    """Return the parts in whole watt-hours whose sum is the rounded sum: the largest remainders are rounded up.

    Parts may be negative (a residual): each is floored first, so every part is within one watt-hour of its exact value.
    """
    return whole_wh_to(round_half_up(sum(parts_j)), parts_j)


def whole_wh_to(total_wh: int, parts_j: Sequence[int]) -> list[int]:
    """Return the parts in whole watt-hours whose sum is `total_wh`, a figure that was rounded before, with others.

    So many watt-hours go one by one to the largest remainders (or come off the smallest ones) as the total asks for:
    each part is within one watt-hour of its exact value as long as the total is within what its parts can be.
    """
    floors = [part // J_PER_WH for part in parts_j]
    left = total_wh - sum(floors)
    by_remainder = sorted(range(len(parts_j)), key=lambda row: (-(parts_j[row] % J_PER_WH), row))
    return [floor + extra for floor, extra in zip(floors, _dealt(left, by_remainder), strict=True)]


def _dealt(left: int, order: Sequence[int]) -> list[int]:
    """Return what each row gets of `left` (below zero: gives), one by one in `order`, round after round."""
    dealt = [0] * len(order)
    chosen = order if left > 0 else order[::-1]
    for place in range(abs(left) if order else 0):
        dealt[chosen[place % len(order)]] += 1 if left > 0 else -1
    return dealt


def round_half_up(energy_j: int) -> int:
    """Return joules in whole watt-hours, halves up."""
    return (2 * energy_j + J_PER_WH) // (2 * J_PER_WH)
