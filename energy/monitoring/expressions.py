"""PromQL for the powers of a site's places, from the registers of its meters. Windows hold five scrapes of a minute."""

from __future__ import annotations

from collections.abc import Iterable

from energy.readings.names import METER_ENERGY
from energy.units import JOULES_PER_UNIT
from infra.inventory.site import Site

WINDOW = "5m"


def meter_at(site: Site, place: str, side: str | None = None) -> str | None:
    """Return the energy meter that stands at a place (on one side of it, else on either), None without one."""
    return next((name for name, meter in site.meters.items()
                 if meter.at == place and meter.quantity == "energy" and side in (None, meter.side)), None)


def power_w(site: Site, meters: Iterable[str], window: str = WINDOW) -> str:
    """Return the expression of the summed power [W] of some meters; no meter, no figure. `rate`, never `irate`."""
    by_unit: dict[str, list[str]] = {}
    for name in meters:
        by_unit.setdefault(site.meters[name].unit, []).append(name)
    terms = [f'sum(rate({METER_ENERGY[unit]}{{site="{site.id}",meter=~"{"|".join(sorted(names))}"}}[{window}]))'
             f" * {JOULES_PER_UNIT[unit]}" for unit, names in sorted(by_unit.items())]
    return " + ".join(terms)


def metered(site: Site, places: Iterable[str], side: str | None = None) -> list[str]:
    """Return the meters of places; places without one are left out."""
    return [name for place in places if (name := meter_at(site, place, side)) is not None]


def facility_meters(site: Site) -> list[str]:
    """Return the meters of incomers and gensets: together the facility meter."""
    return metered(site, (*site.power.incomers, *site.power.gensets))


def node_meters(site: Site, node: str) -> list[str]:
    """Return the meters of a node's outlets."""
    return metered(site, site.nodes[node].outlets)


def machine_meters(site: Site, zone: str | None = None) -> list[str]:
    """Return the meters of machines and tanks that serve one zone alone; of all of them without `zone`."""
    machines = {name: machine.zones for name, machine in site.cooling.equipment().items()}
    machines |= {name: (tank.zone,) for name, tank in site.enclosures.tanks.items()}
    return metered(site, [name for name, zones in machines.items() if zone is None or zones == (zone,)])
