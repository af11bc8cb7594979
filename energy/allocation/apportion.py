"""Largest remainders (Hamilton's method), vectorised over intervals: whole joules in, whole joules out, none lost."""

from __future__ import annotations

import numpy as np

from energy.units import Joules

_INT64_BITS = 63
COMPILED_FROM = 2_000  # cells; under this numpy is as quick, and a small site need not load a compiler


def apportion(pool_j: Joules, weights: Joules) -> tuple[Joules, Joules]:
    """Return (shares [rows, intervals], rest [intervals]): `pool_j` split in proportion to `weights`, column by column.

    shares.sum(0) + rest == pool_j exactly. `rest` is what nobody can bear: a column whose weights are all zero.
    Each share is within one joule of its exact value; a row of weight zero gets zero; equal remainders go by row order.
    Raises ValueError on a negative pool or weight.
    """
    if (pool_j.size and pool_j.min() < 0) or (weights.size and weights.min() < 0):
        raise ValueError("a pool or a weight is negative")
    if not pool_j.any():
        return np.zeros_like(weights), np.zeros_like(pool_j)
    if weights.size < COMPILED_FROM:
        return apportion_plainly(pool_j, weights)
    from energy.allocation.remainders import spread

    pool_j, weights = np.ascontiguousarray(pool_j, np.int64), np.ascontiguousarray(weights, np.int64)
    shares, rest = np.empty_like(weights), np.empty_like(pool_j)
    spread(pool_j, weights, _excess_bits(pool_j, weights), shares, rest)
    return shares, rest


def apportion_plainly(pool_j: Joules, weights: Joules) -> tuple[Joules, Joules]:
    """Return the same as `apportion`, to the joule, by numpy alone: few cells are not worth loading a compiler."""
    weights = weights >> _excess_bits(pool_j, weights)
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


def _excess_bits(pool_j: Joules, weights: Joules) -> int:
    """Return by how many bits the weights must go down, all alike, so that pool times weight fits in 64 bits.

    """
    if not weights.size:
        return 0
    pool_max, sum_max = int(pool_j.max(initial=0)), int(weights.sum(axis=0).max(initial=0))
    return max(0, pool_max.bit_length() + sum_max.bit_length() - _INT64_BITS)
