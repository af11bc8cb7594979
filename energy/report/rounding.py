"""Whole watt-hours on the page that add up like the joules behind them."""

from __future__ import annotations

from collections.abc import Sequence

from energy.units import J_PER_WH


def whole_wh(parts_j: Sequence[int]) -> list[int]:
    """Return the parts in whole watt-hours whose sum is the rounded sum: the largest remainders are rounded up.

    Parts may be negative (a residual): each is floored first, so every part is within one watt-hour of its exact value.
    """
    floors = [part // J_PER_WH for part in parts_j]
    left = round_half_up(sum(parts_j)) - sum(floors)
    by_remainder = sorted(range(len(parts_j)), key=lambda row: (-(parts_j[row] % J_PER_WH), row))
    raised = set(by_remainder[:left])
    return [floor + (row in raised) for row, floor in enumerate(floors)]


def round_half_up(energy_j: int) -> int:
    """Return joules in whole watt-hours, halves up."""
    return (2 * energy_j + J_PER_WH) // (2 * J_PER_WH)
