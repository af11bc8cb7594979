"""Electric power of the cooling plant, from the heat of each zone and the outdoor temperature."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from infra.inventory.cooling import CoolingEquipment
from infra.inventory.site import Site
from lab.plant.clock import Series

FLOW_MIN = 0.45  # fans and pumps do not turn slower
PUMP_LOAD = 0.85  # a tank's pumps turn at a steady speed
CHILLER_STANDBY = 0.01
EER_PER_K = 0.025
BLEND_K = 6.0  # free cooling fades out over this span


def zone_heat_w(site: Site, node_w: Mapping[str, Series]) -> dict[str, Series]:
    """Return the heat [W] that each zone's coolant takes up: its nodes and its tanks' pumps."""
    count = len(next(iter(node_w.values())))
    heat = {zone: np.zeros(count) for zone in site.cooling.zones}
    for name, power_w in node_w.items():
        heat[site.zone_of(name)] = heat[site.zone_of(name)] + power_w
    for tank in site.enclosures.tanks.values():
        heat[tank.zone] = heat[tank.zone] + tank.pump_rated_w * PUMP_LOAD
    return heat


def machine_powers_w(site: Site, heat_w: Mapping[str, Series], outdoor_c: Series) -> dict[str, Series]:
    """Return the electric power [W] of every machine of the plant and of every tank's pumps."""
    powers: dict[str, Series] = {}
    cooling = site.cooling
    for name, crah in cooling.crahs.items():
        powers[name] = crah.rated_w * _flow(_load(crah, heat_w, site)) ** 3
    for name, cdu in cooling.cdus.items():
        powers[name] = cdu.rated_w * _flow(_load(cdu, heat_w, site)) ** 3
    for name, cooler in cooling.dry_coolers.items():
        bath_c = min(cooling.zones[zone].setpoint_c for zone in cooler.zones)
        strain = cooler.approach_k / np.maximum(2.0, bath_c - outdoor_c)
        powers[name] = cooler.rated_w * _flow(_load(cooler, heat_w, site) * (0.5 + strain)) ** 3
    for name, chiller in cooling.chillers.items():
        free = np.clip((chiller.free_cooling_below_c + BLEND_K - outdoor_c) / BLEND_K, 0.0, 1.0)
        eer = chiller.eer_at_35c * (1 + EER_PER_K * (35 - outdoor_c))
        lifted_w = _load(chiller, heat_w, site) * chiller.cooling_capacity_w * (1 - free)
        powers[name] = np.minimum(chiller.rated_w, CHILLER_STANDBY * chiller.rated_w + lifted_w / eer)
    for name, tank in site.enclosures.tanks.items():
        powers[name] = np.full(len(outdoor_c), tank.pump_rated_w * PUMP_LOAD)
    return powers


def _load(machine: CoolingEquipment, heat_w: Mapping[str, Series], site: Site) -> Series:
    """Return the machine's part of its zones' heat over its capacity; machines of one kind share by capacity."""
    same_kind = [other for other in site.cooling.equipment().values() if type(other) is type(machine)]
    taken_w = sum((heat_w[zone] * machine.cooling_capacity_w / sum(
        other.cooling_capacity_w for other in same_kind if zone in other.zones) for zone in machine.zones),
        np.zeros(len(next(iter(heat_w.values())))))
    return taken_w / machine.cooling_capacity_w


def _flow(load: Series) -> Series:
    return np.clip(load, FLOW_MIN, 1.0)
