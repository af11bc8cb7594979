"""Cooling: a machine's energy to the zones it serves by metered heat, then to the holders of each zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from energy.allocation.apportion import apportion
from energy.allocation.holders import Shares
from energy.allocation.pool_split import PoolRules
from energy.graph.closure import Closure
from energy.graph.registers import Registers
from energy.quality import Quality
from energy.units import Joules
from infra.inventory.site import Site


@dataclass(frozen=True)
class ZoneHeat:
    """Heat [J] by zone: of its heat meter, else computed from flow and temperatures."""

    registers: Registers
    computed_j: Mapping[str, Joules] = field(default_factory=dict)

    def of(self, zone: str) -> Joules | None:
        """Return a zone's heat, None when nothing tells it."""
        metered = self.registers.through(zone)
        return self.computed_j.get(zone) if metered is None else metered


@dataclass(frozen=True)
class CoolingSplit:
    """Joules [holders, intervals] by machine, and by zone [intervals]; `unborne_j`: of zones that nobody lives in.

    `quality` says how sure the split over zones is, `quality_of` by machine.
    """

    by_machine: dict[str, Joules]
    by_zone: dict[str, Joules]
    unborne_j: Joules
    quality_of: dict[str, Quality]

    @property
    def quality(self) -> Quality:
        sureness = list(Quality)
        return max(self.quality_of.values(), key=sureness.index, default=Quality.ALLOCATED)

    def total(self, like: Shares) -> Shares:
        """Return the sum over machines."""
        return Shares(like.holders, sum(self.by_machine.values(), np.zeros_like(like.energy_j)))


def split_cooling(site: Site, closure: Closure, heat: Registers | ZoneHeat, it: Shares,
                  reserved_mw: Shares | None = None) -> CoolingSplit:
    """Return each machine's energy over holders. Tanks' pumps serve the tank's zone.

    A machine of several zones is split by the heat that each zone gave off; when a zone's is not known, by IT
    energy, which is flagged as estimated. Inside a zone the pool's rule holds (`pool_split.PoolRules`).
    """
    heat = heat if isinstance(heat, ZoneHeat) else ZoneHeat(heat)
    rules, reserved = PoolRules(site), reserved_mw or Shares.none(it.holders, closure.period.count)
    zero = np.zeros(closure.period.count, dtype=np.int64)
    found = CoolingSplit({}, dict.fromkeys(site.cooling.zones, zero), zero, {})
    unborne_j = zero
    for machine, energy_j in closure.machines_j.items():
        zones = _zones_of(site, machine)
        weights, measured = _zone_weights(zones, heat, it)
        found.quality_of[machine] = Quality.ALLOCATED if measured or len(zones) == 1 else Quality.ESTIMATED
        by_zone, rest_j = apportion(energy_j, weights)
        unborne_j = unborne_j + rest_j
        found.by_machine[machine] = np.zeros_like(it.energy_j)
        for zone, zone_j in zip(zones, by_zone, strict=True):
            rows = np.array([row for row, holder in enumerate(it.holders) if holder.zone == zone], dtype=np.int64)
            shares, rest_j = rules.split(machine, zone_j, it.energy_j[rows], reserved.energy_j[rows],
                                         [it.holders[row] for row in rows])
            found.by_machine[machine][rows] += shares
            found.by_zone[zone] = found.by_zone[zone] + zone_j
            unborne_j = unborne_j + rest_j
    return CoolingSplit(found.by_machine, found.by_zone, unborne_j, found.quality_of)


def _zones_of(site: Site, machine: str) -> tuple[str, ...]:
    tank = site.enclosures.tanks.get(machine)
    return (tank.zone,) if tank else site.cooling.equipment()[machine].zones


def _zone_weights(zones: tuple[str, ...], heat: ZoneHeat, it: Shares) -> tuple[Joules, bool]:
    if len(zones) == 1:
        return np.ones_like(it.energy_j[:1]), False
    heats = [heat.of(zone) for zone in zones]
    known = [heat_j for heat_j in heats if heat_j is not None]
    if len(known) == len(zones):
        return np.maximum(np.stack(known), 0), True
    return np.stack([it.in_zones([zone]).sum(axis=0) for zone in zones]), False
