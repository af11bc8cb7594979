"""Largest remainders (Hamilton's method), vectorised over intervals: whole joules in, whole joules out, none lost."""

from __future__ import annotations

import numpy as np

from energy.units import Joules

_INT64_BITS = 63


def apportion(pool_j: Joules, weights: Joules) -> tuple[Joules, Joules]:
    """Return (shares [rows, intervals], rest [intervals]): `pool_j` split in proportion to `weights`, column by column.

    shares.sum(0) + rest == pool_j exactly. `rest` is what nobody can bear: a column whose weights are all zero.
    Each share is within one joule of its exact value; a row of weight zero gets zero; equal remainders go by row order.
    Raises ValueError on a negative pool or weight.
    """
    if (pool_j < 0).any() or (weights < 0).any():
        raise ValueError("a pool or a weight is negative")
    weights = _bounded(weights, int(pool_j.max(initial=0)))
    total = weights.sum(axis=0)
    divisor = np.where(total > 0, total, 1)
    shares, remainders = np.divmod(pool_j * weights, divisor)
    rest = np.where(total > 0, 0, pool_j)
    left = pool_j - rest - shares.sum(axis=0)
    return shares + _largest_first(remainders, left), rest


def _largest_first(remainders: Joules, left: Joules) -> Joules:
    """Return 1 for the `left` largest remainders of each column, else 0; ties by row order (the sort is stable)."""
    if not left.any():
        return np.zeros_like(remainders)
    order = np.argsort(-remainders, axis=0, kind="stable")
    extra = np.zeros_like(remainders)
    ranks = np.arange(remainders.shape[0], dtype=np.int64)[:, None]
    np.put_along_axis(extra, order, (ranks < left).astype(np.int64), axis=0)
    return extra


def _bounded(weights: Joules, pool_max_j: int) -> Joules:
    """Return weights that can be multiplied by the pool in 64 bits, all shifted alike when they could not."""
    weight_sum_max = int(weights.sum(axis=0).max(initial=0)) if weights.size else 0
    excess = pool_max_j.bit_length() + weight_sum_max.bit_length() - _INT64_BITS
    return weights >> excess if excess > 0 else weights
