"""The operational book, location-based: each interval's energy at its own factor (GHG Protocol Scope 2, ch. 6)."""

from __future__ import annotations

import numpy as np

from energy.carbon.factors import FactorSeries
from energy.errors import MissingDataError
from energy.graph.closure import Closure
from energy.units import J_PER_KWH, Joules
from infra.inventory.errors import N_


def carbon_j_g_per_kwh(energy_j: Joules, factors: FactorSeries) -> int:
    """Return Σ energy [J] × factor [gCO2/kWh] over the intervals, exact: a sum of lines equals the line of the sum."""
    return int(np.sum(energy_j * factors.gco2_per_kwh, dtype=np.int64))


def grams(weighted: int) -> float:
    """Return grams of CO2 from a weighted sum [J·g/kWh]."""
    return weighted / J_PER_KWH


def refuse_generated(closure: Closure) -> None:
    """Raise MissingDataError when gensets ran: their energy has a factor of its own, never the grid's."""
    generated_j = int(closure.generated_j.sum())
    if generated_j:
        raise MissingDataError(
            N_("the gensets made {energy_wh} Wh in the period, and the register has no factor for their fuel"),
            where="energy/carbon/data/factors.json", energy_wh=round(generated_j / 3600),
            remedy=N_("add the fuel's factor to the register: the grid's factor is not used for it"))
