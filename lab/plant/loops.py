"""Flow and temperatures of each zone's loop: what heat there is, told by three sensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from energy.readings.coolants import LITRES_PER_M3, fluid_of
from infra.inventory.site import Site
from lab.plant.clock import Series
from lab.plant.cooling import liquid_part

SPREAD_K = 6.0  # between supply and return, whatever the load: the flow follows


@dataclass(frozen=True)
class Loop:
    """What a zone's sensors show by minute: litres per second, degrees of supply and return."""

    flow_l_per_s: Series
    supply_c: Series
    return_c: Series


def loops_of(site: Site, heat_w: Mapping[str, Series]) -> dict[str, Loop]:
    """Return the loop of every zone cooled by a liquid, from the zone's heat [W] that the liquid takes up."""
    found: dict[str, Loop] = {}
    for name, zone in site.cooling.zones.items():
        if zone.kind != "air":
            fluid = fluid_of(zone)
            per_litre_j = fluid.density_kg_per_m3 / LITRES_PER_M3 * fluid.heat_j_per_kg_k * SPREAD_K
            supply_c = np.full(len(heat_w[name]), zone.setpoint_c)
            found[name] = Loop(heat_w[name] * liquid_part(zone) / per_litre_j, supply_c, supply_c + SPREAD_K)
    return found
