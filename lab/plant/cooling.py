"""Electric power of the cooling plant, from the heat of each zone and the outdoor temperature."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from infra.inventory.cooling import Chiller, CoolingEquipment, CoolingZone, Crah
from infra.inventory.site import Site
from lab.plant.clock import Series

FLOW_MIN = 0.45  # fans and pumps do not turn slower
PUMP_FLOW_MIN = 0.6  # a tank's bath is always stirred
CHILLER_STANDBY = 0.01
EER_PER_K = 0.025
BLEND_K = 6.0  # free cooling fades out over this span
COLD_PLATES = 0.8  # of a server's heat in direct liquid cooling; the rest leaves by air


def tank_powers_w(site: Site, node_w: Mapping[str, Series]) -> dict[str, Series]:
    """Return the electric power [W] of each tank's pumps: cubic in a flow that follows the load of its nodes."""
    powers: dict[str, Series] = {}
    for name, tank in site.enclosures.tanks.items():
        inside = [node_id for node_id, node in site.nodes.items() if node.enclosure == name]
        nameplates_w = sum(site.nodes[node_id].power.nameplate_w for node_id in inside)
        load = sum((node_w[node_id] for node_id in inside), _nothing(node_w)) / max(1.0, nameplates_w)
        powers[name] = tank.pump_rated_w * np.clip(PUMP_FLOW_MIN + (1 - PUMP_FLOW_MIN) * load, 0.0, 1.0) ** 3
    return powers


def zone_heat_w(site: Site, node_w: Mapping[str, Series], tank_w: Mapping[str, Series]) -> dict[str, Series]:
    """Return the heat [W] that each zone's coolant takes up: its nodes and its tanks' pumps."""
    heat = {zone: _nothing(node_w) for zone in site.cooling.zones}
    for name, power_w in node_w.items():
        heat[site.zone_of(name)] = heat[site.zone_of(name)] + power_w
    for name, tank in site.enclosures.tanks.items():
        heat[tank.zone] = heat[tank.zone] + tank_w[name]
    return heat


def liquid_part(zone: CoolingZone) -> float:
    """Return the part of a zone's heat that its liquid takes up."""
    return COLD_PLATES if zone.kind == "direct-liquid" else 1.0


def taken_w(site: Site, machine: CoolingEquipment, zone: str, heat_w: Mapping[str, Series]) -> Series:
    """Return the heat [W] of a zone that is a machine's to take (with others of its kind): all of it, but of direct
    liquid cooling what leaves by air for CRAHs and chillers, what the cold plates take for CDUs and dry coolers.
    """
    liquid = liquid_part(site.cooling.zones[zone])
    if liquid == 1.0:
        return heat_w[zone]
    return heat_w[zone] * (1 - liquid if isinstance(machine, Crah | Chiller) else liquid)


def machine_powers_w(site: Site, heat_w: Mapping[str, Series], outdoor_c: Series) -> dict[str, Series]:
    """Return the electric power [W] of every machine of the cooling plant."""
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
    return powers


def _load(machine: CoolingEquipment, heat_w: Mapping[str, Series], site: Site) -> Series:
    """Return the machine's part of its zones' heat over its capacity; machines of one kind share by capacity."""
    same_kind = [other for other in site.cooling.equipment().values() if type(other) is type(machine)]
    load_w = sum((taken_w(site, machine, zone, heat_w) * machine.cooling_capacity_w / sum(
        other.cooling_capacity_w for other in same_kind if zone in other.zones) for zone in machine.zones),
        _nothing(heat_w))
    return load_w / machine.cooling_capacity_w


def _flow(load: Series) -> Series:
    return np.clip(load, FLOW_MIN, 1.0)


def _nothing(like: Mapping[str, Series]) -> Series:
    return np.zeros(len(next(iter(like.values()))))
