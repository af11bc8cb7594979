"""Small linear systems solved step by step, with the same bits on every machine: a close must replay byte for byte.

No row is exchanged: that is safe for the two kinds that come here, diagonally dominant and positive definite systems.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.float64]


def solve(systems: Table, right: Table) -> tuple[Table, Table]:
    """Return (x [..., n], least pivot [...]) of `systems` [..., n, n] · x = `right` [..., n].

    Where the least pivot is zero, or near it for the scale of the rows, the system is singular and x means nothing.
    """
    rows = np.array(np.broadcast_to(systems, (*right.shape, right.shape[-1])), dtype=np.float64)
    values = np.array(right, dtype=np.float64)
    size = values.shape[-1]
    pivots = np.empty_like(values)
    for step in range(size):
        pivots[..., step] = rows[..., step, step]
        safe = np.where(pivots[..., step] == 0, 1.0, pivots[..., step])
        for below in range(step + 1, size):
            factor = rows[..., below, step] / safe
            rows[..., below, :] -= factor[..., None] * rows[..., step, :]
            values[..., below] -= factor * values[..., step]
    found = np.zeros_like(values)
    for step in reversed(range(size)):
        left = values[..., step].copy()
        for above in range(step + 1, size):
            left -= rows[..., step, above] * found[..., above]
        found[..., step] = left / np.where(pivots[..., step] == 0, 1.0, pivots[..., step])
    return found, pivots.min(axis=-1, initial=np.inf)
