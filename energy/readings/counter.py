"""A counter's readings on edges, in; whole joules per interval, out. No reading is ever made up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from energy.units import Joules

Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def energy_between(edges_j: Values) -> tuple[Joules, Flags]:
    """Return the energy [J] of each interval and whether it fell (a reset or a replaced register).

    Each edge is rounded to a joule before the difference, so that intervals add up to last reading minus first.
    Raises ValueError on NaN: the caller names the missing interval first.
    """
    if not np.isfinite(edges_j).all():
        raise ValueError("an edge without a reading reached the counter")
    register_j = np.rint(edges_j).astype(np.int64)
    energy_j = register_j[1:] - register_j[:-1]
    return energy_j, energy_j < 0


def used_between(edges: Values) -> Values:
    """Return what a use counter gained per interval; series may appear and vanish (pods do).

    Before its first reading a counter stood at zero; between readings and after its last one it is held; after a
    fall it counts from zero. The result serves as *share* of a metered total, never as a total.
    """
    held = edges.copy()
    known = np.isfinite(held)
    last_known = np.maximum.accumulate(np.where(known, np.arange(len(held)), -1))
    held = np.where(last_known >= 0, held[np.maximum(last_known, 0)], 0.0)
    gained = np.diff(held)
    return np.asarray(np.where(gained < 0, held[1:], gained), dtype=np.float64)
