"""Carbon as whole numbers: one quantum is 1 mg/kWh times 1 J, so that every book adds up exactly."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from energy.units import J_PER_KWH, Joules

MG_PER_G = 1_000
QUANTA_PER_MG = J_PER_KWH
QUANTA_PER_GRAM = MG_PER_G * QUANTA_PER_MG
_SAFE = 2**62  # a sum of this much still fits in 64 bits


def weigh(energy_j: Joules, mg_per_kwh: Joules | int) -> int:
    """Return Σ energy [J] x factor [mgCO2e/kWh] in quanta, exact: summed in 64 bits as far as they reach, then beyond.

    Raises OverflowError when one interval alone does not fit: over 9 GW for a quarter-hour at a kilogram per kWh.
    """
    if not len(energy_j):
        return 0
    peak = int(np.abs(energy_j).max()) * int(np.max(mg_per_kwh))
    if peak > _SAFE:
        raise OverflowError("the carbon of one interval does not fit in 64 bits")
    products = energy_j * mg_per_kwh
    starts = np.arange(0, len(products), max(1, _SAFE // max(peak, 1)))
    return sum(map(int, np.add.reduceat(products, starts)))


def quanta_from_mg(amount_mg: int) -> int:
    """Return milligrams in quanta."""
    return amount_mg * QUANTA_PER_MG


def grams(quanta: int) -> float:
    """Return quanta in grams of CO2 equivalent."""
    return quanta / QUANTA_PER_GRAM


def share_out(amount: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Return `amount` (never negative) split by `weights` (negative ones count as none): largest remainders, exact.

    Empty when nobody has weight. Equal remainders go in the order of names.
    """
    bearing = {name: weight for name, weight in sorted(weights.items()) if weight > 0}
    total = sum(bearing.values())
    if not total:
        return {}
    shares = {name: amount * weight // total for name, weight in bearing.items()}
    left = amount - sum(shares.values())
    by_remainder = sorted(bearing, key=lambda name: (-(amount * bearing[name] % total), name))
    for name in by_remainder[:left]:
        shares[name] += 1
    return shares


def rounded(value: Fraction) -> int:
    """Return the nearest whole number, halves up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
