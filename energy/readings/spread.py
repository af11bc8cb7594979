"""A total that is known, its shape in time not: spread like the meter above, else evenly; the sum stays exact."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from energy.units import Joules


def spread(total_j: int, weights: npt.NDArray[np.int64]) -> Joules:
    """Return whole joules in proportion to `weights` (all 0: evenly) that add up to `total_j`."""
    sizes = np.maximum(weights, 0).astype(np.float64)
    if not sizes.any():
        sizes[:] = 1.0
    until: Joules = np.rint(np.cumsum(sizes) * (total_j / sizes.sum())).astype(np.int64)
    until[-1] = total_j
    parts: Joules = np.diff(until, prepend=np.int64(0))
    return parts
