"""Least squares with coefficients that are never negative, for the few terms that powers and losses have."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

from energy.allocation.elimination import solve

Table = npt.NDArray[np.float64]

HUBER = 1.345  # in standard deviations of the errors: 95 % as good as least squares where errors are Gaussian
ROUNDS = 12
INDEPENDENT = 1e-10  # least pivot of normed terms: under it two of them say the same


def nonnegative(terms: Table, values: Table, weights: Table | None = None) -> Table:
    """Return the coefficients [terms] of least Σ w·(values − terms·c)² with c ≥ 0; `terms` is [samples, few].

    Every choice of terms is tried: exact, and the same whatever the machine. Raises ValueError over six terms.
    """
    if terms.shape[1] > 6:
        raise ValueError("too many terms to try every choice of them")
    weights = np.ones(len(values)) if weights is None else weights
    scale = np.sqrt((terms * terms).mean(axis=0))
    scaled = terms / np.where(scale > 0, scale, 1.0)
    count = terms.shape[1]
    products = np.array([[(weights * scaled[:, one] * scaled[:, other]).mean() for other in range(count)]
                         for one in range(count)])
    targets = np.array([(weights * scaled[:, one] * values).mean() for one in range(count)])
    best, least = np.zeros(count), float((weights * values * values).sum())
    for size in range(1, count + 1):
        for chosen in map(list, combinations(range(count), size)):
            found, pivot = solve(products[np.ix_(chosen, chosen)], targets[chosen])
            if not pivot > INDEPENDENT or (found < 0).any():
                continue
            error = float((weights * (values - (scaled[:, chosen] * found).sum(axis=1)) ** 2).sum())
            if error < least * (1 - 1e-12):
                best, least = np.zeros(count), error
                best[chosen] = found
    return np.asarray(best / np.where(scale > 0, scale, 1.0))


def robust(terms: Table, values: Table) -> tuple[Table, Table]:
    """Return (coefficients, weights) of Huber's estimate: samples far from the line count by their distance, not its
    square, so that a fan at full speed for an hour does not lift the power at rest.
    """
    weights = np.ones(len(values))
    found = nonnegative(terms, values, weights)
    for _round in range(ROUNDS):
        errors = np.abs(values - (terms * found).sum(axis=1))
        spread = 1.4826 * float(np.median(errors))
        if spread <= 1e-9 * max(1.0, float(np.abs(values).max())):
            break
        weights = np.minimum(1.0, HUBER * spread / np.maximum(errors, 1e-300))
        found = nonnegative(terms, values, weights)
    return found, weights
