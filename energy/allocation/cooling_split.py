"""Cooling: a machine's energy to the zones it serves by metered heat, then to the holders of each zone by IT energy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from energy.allocation.apportion import apportion
from energy.allocation.holders import Shares
from energy.graph.closure import Closure
from energy.graph.registers import Registers
from energy.quality import Quality
from energy.units import Joules
from infra.inventory.site import Site


@dataclass(frozen=True)
class CoolingSplit:
    """Joules [holders, intervals] by machine; `unborne_j`: of zones without IT energy; how sure the split is."""

    by_machine: dict[str, Joules]
    unborne_j: Joules
    quality: Quality

    def total(self, like: Shares) -> Shares:
        """Return the sum over machines."""
        return Shares(like.holders, sum(self.by_machine.values(), np.zeros_like(like.energy_j)))


def split_cooling(site: Site, closure: Closure, heat: Registers, it: Shares) -> CoolingSplit:
    """Return each machine's energy over holders. Tanks' pumps serve the tank's zone.

    A machine of several zones is split by the heat that each zone's heat meter counted; when a zone lacks one, by IT
    energy, which is flagged as estimated.
    """
    it_by_zone = {zone: it.in_zones([zone]) for zone in site.cooling.zones}
    by_machine: dict[str, Joules] = {}
    unborne_j = np.zeros(closure.period.count, dtype=np.int64)
    quality = Quality.ALLOCATED
    for machine, energy_j in closure.machines_j.items():
        zones = _zones_of(site, machine)
        weights, measured = _zone_weights(zones, heat, it_by_zone)
        quality = quality if measured or len(zones) == 1 else Quality.ESTIMATED
        by_zone, rest_j = apportion(energy_j, weights)
        unborne_j = unborne_j + rest_j
        by_machine[machine] = np.zeros_like(it.energy_j)
        for zone, zone_j in zip(zones, by_zone, strict=True):
            shares, rest_j = apportion(zone_j, it_by_zone[zone])
            by_machine[machine] += shares
            unborne_j = unborne_j + rest_j
    return CoolingSplit(by_machine, unborne_j, quality)


def _zones_of(site: Site, machine: str) -> tuple[str, ...]:
    tank = site.enclosures.tanks.get(machine)
    return (tank.zone,) if tank else site.cooling.equipment()[machine].zones


def _zone_weights(zones: tuple[str, ...], heat: Registers, it_by_zone: dict[str, Joules]) -> tuple[Joules, bool]:
    heats = [heat.through(zone) for zone in zones]
    metered = [heat_j for heat_j in heats if heat_j is not None]
    if len(zones) > 1 and len(metered) == len(zones):
        return np.stack(metered), True
    if len(zones) == 1:
        return np.ones_like(it_by_zone[zones[0]][:1]), False
    return np.stack([it_by_zone[zone].sum(axis=0) for zone in zones]), False
