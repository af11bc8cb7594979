"""Registers that stand still while the meters around them count: they are not believed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from energy.readings.flags import MEASURED, Flags
from energy.readings.neighbours import Known
from energy.units import Joules

LEAST_CELLS = 4  # an hour
LEAST_STEPS = 3  # of the register's last digit: a coarse register stands still by nature
LEAST_SHARE = 0.5  # of what it counts otherwise


def still_spans(energy_j: Joules, flags: Flags, around: Known, unit_j: int) -> Iterator[tuple[int, int]]:
    """Yield spans of intervals [from, to) in which a register stood still while `around` says that energy passed.

    What `around` is off while the register moves (meter errors, declared losses) is taken off it first. A register that
    never moved is not judged: a genset at rest does not either.
    """
    still = (energy_j == 0) & (flags == MEASURED)
    moving = (energy_j > 0) & (flags == MEASURED) & around.known
    if int(moving.sum()) < LEAST_CELLS:
        return
    usual_j = float(energy_j[moving].mean())
    excess_j = float((around.energy_j[moving] - energy_j[moving]).mean())
    turns = np.flatnonzero(np.diff(np.concatenate([[False], still, [False]]).astype(np.int8)))
    for first, last in zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True):
        expected_j = int(around.energy_j[first:last].sum()) - excess_j * (last - first)
        seen = last - first >= LEAST_CELLS and bool(around.known[first:last].all())
        if seen and expected_j > max(LEAST_STEPS * unit_j, LEAST_SHARE * usual_j * (last - first)):
            yield first, last


def caught_up(energy_j: Joules, span: tuple[int, int], held: tuple[tuple[int, int], ...],
              around: Known) -> tuple[int, int] | None:
    """Return the span over which a register that had stood still caught up, None when its energy is lost."""
    first, last = span
    end = max([last + 1, *(to for start, to in held if start <= last < to)])
    if end > len(energy_j) or not around.known[first:end].all():
        return None
    counted_j, expected_j = int(energy_j[first:end].sum()), int(around.energy_j[first:end].sum())
    return (first, end) if counted_j >= 0.5 * expected_j else None
