"""Density and specific heat of what flows in a zone's loop, near 40 °C."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from energy.interval import SETTLEMENT_S
from energy.readings.source import Values
from energy.units import Joules
from infra.inventory.cooling import CoolingZone

LITRES_PER_M3 = 1000


@dataclass(frozen=True)
class Fluid:
    """At 40 °C. `source` says where the figures come from; `typical` that makers' sheets differ by some percent."""

    density_kg_per_m3: float
    heat_j_per_kg_k: float
    source: str
    typical: bool = True


# Oils differ from maker to maker: a site that bills by heat writes its own figures (loop_density_kg_per_m3, ...).
FLUIDS = {
    "water": Fluid(992.2, 4179.0, "IAPWS-IF97, 40 °C, 0.1 MPa", typical=False),
    "glycol-30": Fluid(1033.0, 3730.0, "ethylene glycol, 30 % by volume, usual engineering tables"),
    "mineral-oil": Fluid(850.0, 1950.0, "white mineral oil, usual engineering tables"),
    "synthetic-ester": Fluid(955.0, 1950.0, "pentaerythritol ester, usual makers' sheets"),
    "pao": Fluid(815.0, 2200.0, "polyalphaolefin 4 to 6 cSt, usual makers' sheets"),
    "gtl": Fluid(795.0, 2250.0, "gas-to-liquid base oil, usual makers' sheets"),
}


def fluid_of(zone: CoolingZone) -> Fluid:
    """Return the fluid of a zone's loop: the table's, with what the site file says in its place."""
    known = FLUIDS[zone.loop_coolant]
    own = (zone.loop_density_kg_per_m3, zone.loop_heat_j_per_kg_k)
    if own == (None, None):
        return known
    return Fluid(own[0] or known.density_kg_per_m3, own[1] or known.heat_j_per_kg_k, "site file",
                 typical=None in own and known.typical)


def heat_j(fluid: Fluid, flow_l_per_s: Values, supply_c: Values, return_c: Values) -> Joules:
    """Return the heat [J] carried off in each interval: Q = ρ · c_p · V̇ · (T_return − T_supply) · 900 s.

    The inputs are means of the interval. Heat that would flow back (return colder than supply) counts as none.
    Raises ValueError on NaN: the caller says first which reading lacks.
    """
    if not all(np.isfinite(values).all() for values in (flow_l_per_s, supply_c, return_c)):
        raise ValueError("a flow or a temperature is missing")
    power_w: Values = (fluid.density_kg_per_m3 * fluid.heat_j_per_kg_k * (flow_l_per_s / LITRES_PER_M3)
               * np.maximum(return_c - supply_c, 0.0))
    carried_j: Joules = np.rint(np.maximum(power_w, 0.0) * SETTLEMENT_S).astype(np.int64)
    return carried_j
