"""Least squares with coefficients that are never negative, for the few terms that powers and losses have."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.float64]

HUBER = 1.345  # in standard deviations of the errors: 95 % as good as least squares where errors are Gaussian
ROUNDS = 12


def nonnegative(terms: Table, values: Table, weights: Table | None = None) -> Table:
    """Return the coefficients [terms] of least Σ w·(values − terms·c)² with c ≥ 0; `terms` is [samples, few].

    Every choice of terms is tried: exact, and the same whatever the machine. Raises ValueError over six terms.
    """
    if terms.shape[1] > 6:
        raise ValueError("too many terms to try every choice of them")
    root = np.ones(len(values)) if weights is None else np.sqrt(weights)
    scale = np.maximum(np.abs(terms).max(axis=0, initial=0.0), 1e-300)
    scaled, target = terms / scale * root[:, None], values * root
    best, least = np.zeros(terms.shape[1]), float((target * target).sum())
    for size in range(1, terms.shape[1] + 1):
        for chosen in map(list, combinations(range(terms.shape[1]), size)):
            found, _rest, rank, _values = np.linalg.lstsq(scaled[:, chosen], target, rcond=None)
            error = float(((target - scaled[:, chosen] @ found) ** 2).sum())
            if rank == size and (found >= 0).all() and error < least * (1 - 1e-12):
                best, least = np.zeros(terms.shape[1]), error
                best[chosen] = found
    return np.asarray(best / scale)


def robust(terms: Table, values: Table) -> tuple[Table, Table]:
    """Return (coefficients, weights) of Huber's estimate: samples far from the line count by their distance, not its
    square, so that a fan at full speed for an hour does not lift the power at rest.
    """
    weights = np.ones(len(values))
    found = nonnegative(terms, values, weights)
    for _round in range(ROUNDS):
        errors = np.abs(values - terms @ found)
        spread = 1.4826 * float(np.median(errors))
        if spread <= 1e-9 * max(1.0, float(np.abs(values).max())):
            break
        weights = np.minimum(1.0, HUBER * spread / np.maximum(errors, 1e-300))
        found = nonnegative(terms, values, weights)
    return found, weights
