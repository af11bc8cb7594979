"""The operational book, location-based: each interval's energy at its own factor (GHG Protocol Scope 2, ch. 6)."""

from __future__ import annotations

import numpy as np

from energy.carbon.factors import FactorSeries
from energy.units import J_PER_KWH, Joules


def carbon_j_g_per_kwh(energy_j: Joules, factors: FactorSeries) -> int:
    """Return Σ energy [J] × factor [gCO2/kWh] over the intervals, exact: a sum of lines equals the line of the sum."""
    return int(np.sum(energy_j * factors.gco2_per_kwh, dtype=np.int64))


def grams(weighted: int) -> float:
    """Return grams of CO2 from a weighted sum [J·g/kWh]."""
    return weighted / J_PER_KWH
