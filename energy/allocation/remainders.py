"""Largest remainders as a compiled kernel: one pass over the cells for the floors, one histogram to find who gets more.

The numpy form of `apportion.apportion` gives the same joules, and the tests hold the two together.
"""

from __future__ import annotations

import numba
import numpy as np

from energy.units import Joules

_BINS = 512
_BLOCK = 32  # intervals taken together: a row's cells of a block fill whole cache lines


def _raise(remainders: Joules, total: int, left: int, bins: Joules, inside: Joules) -> None:
    """Replace the `left` largest remainders by 1 and the others by 0; equal ones in the order of rows."""
    scale = _BINS / np.float64(total)
    bins[:] = 0
    for row in range(len(remainders)):
        bins[int(np.float64(remainders[row]) * scale)] += 1
    edge = _BINS
    while bins[edge] < left:
        left -= bins[edge]
        edge -= 1
    found = 0
    for row in range(len(remainders)):
        place = int(np.float64(remainders[row]) * scale)
        if place == edge:
            # Kept in order: greater remainders first, then lower rows.
            at = found
            while at > 0 and remainders[inside[at - 1]] < remainders[row]:
                inside[at] = inside[at - 1]
                at -= 1
            inside[at] = row
            found += 1
    for row in range(len(remainders)):
        place = int(np.float64(remainders[row]) * scale)
        if place != edge:
            remainders[row] = 1 if place > edge else 0
    for at in range(found):
        remainders[inside[at]] = 1 if at < left else 0


_raise_largest = numba.njit("void(int64[::1], int64, int64, int64[::1], int64[::1])", cache=True, nogil=True)(_raise)


def _spread(pool_j: Joules, weights: Joules, shift: int, shares: Joules, rest: Joules) -> None:
    """Fill `shares` [rows, intervals] and `rest` [intervals]; weights are taken `shift` bits down, all alike."""
    height, width = weights.shape
    remainders = np.empty((_BLOCK, height), np.int64)
    total, left, inverse = np.empty(_BLOCK, np.int64), np.empty(_BLOCK, np.int64), np.empty(_BLOCK, np.float64)
    bins, inside = np.empty(_BINS + 1, np.int64), np.empty(height, np.int64)
    for start in range(0, width, _BLOCK):
        count = min(_BLOCK, width - start)
        total[:] = 0
        for row in range(height):
            for column in range(count):
                total[column] += weights[row, start + column] >> shift
        for column in range(count):
            left[column] = pool_j[start + column] if total[column] > 0 else 0
            rest[start + column] = pool_j[start + column] - left[column]
            inverse[column] = 1.0 / np.float64(max(total[column], 1))
        for row in range(height):
            for column in range(count):
                remainders[column, row] = 0
                shares[row, start + column] = 0
                weight = weights[row, start + column] >> shift
                if weight > 0:
                    product = pool_j[start + column] * weight
                    # The quotient in floating point is off by one at most; whole numbers put it right.
                    share = int(np.float64(product) * inverse[column])
                    remainder = product - share * total[column]
                    if remainder < 0:
                        share, remainder = share - 1, remainder + total[column]
                    elif remainder >= total[column]:
                        share, remainder = share + 1, remainder - total[column]
                    shares[row, start + column] = share
                    remainders[column, row] = remainder
                    left[column] -= share
        for column in range(count):
            if left[column] > 0:
                _raise_largest(remainders[column], total[column], left[column], bins, inside)
                for row in range(height):
                    shares[row, start + column] += remainders[column, row]


spread = numba.njit("void(int64[::1], int64[:,::1], int64, int64[:,::1], int64[::1])", cache=True, nogil=True)(_spread)
