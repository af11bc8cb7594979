"""Shapley values of a pool whose cost is a polynomial of the total load, exactly and in O(n).

Each coefficient's cost is a sum over pairs or triples of players, which each member shares alike: that gives the
closed form. The quadratic case is LEAP's (ICDCS 2018); the cubic one holds for fans and blowers.
"""

from __future__ import annotations

import numpy as np

from energy.readings.source import Values
from infra.inventory.energy_policy import PoolCurve


def shapley(loads_w: Values, curve: PoolCurve) -> Values:
    """Return the Shapley value [W] of each player [players, ...] in the game F(S) = c0 + c1·S + c2·S² + c3·S³.

    With S = Σx, Q = Σx², e = ((S − x)² − (Q − x²)) / 2, over the players whose load is above zero:
    φ = c0/n + c1·x + c2·x·S + c3·(x³ + 1.5·x²·(S − x) + 1.5·x·(Q − x²) + 2·x·e). A player without load bears nothing.
    """
    loads = np.asarray(loads_w, dtype=np.float64)
    total, squares = loads.sum(axis=0), (loads * loads).sum(axis=0)
    active = loads > 0
    # x³ + 1.5x²(S − x) + 1.5x(Q − x²) + x((S − x)² − (Q − x²)) gathered by powers of x: fewer passes over the table.
    value = loads * (curve.linear + curve.quadratic_per_w * total
                     + curve.cubic_per_w2 * (total * total + 0.5 * squares - 0.5 * loads * total))
    fixed = curve.fixed_w / np.maximum(active.sum(axis=0), 1)
    return np.asarray(np.where(active, value + fixed, 0.0))
