"""Where a meter stands: what can pass there at most, and which meter stands above it."""

from __future__ import annotations

from infra.inventory.enclosures import Tank
from infra.inventory.meters import Meter
from infra.inventory.site import Site


def rating_w(site: Site, meter: Meter) -> float:
    """Return the power [W] that can pass at a meter's place (thermal for heat), 0 where the site file says nothing."""
    machine = site.cooling.equipment().get(meter.at)
    if meter.quantity == "heat":
        return machine.cooling_capacity_w if machine else 0.0
    if machine:
        return machine.rated_w
    if meter.at in site.enclosures.tanks:
        return site.enclosures.tanks[meter.at].pump_rated_w
    element = site.power.elements().get(meter.at)
    return element.rating_w if element else 0.0


def is_incomer(site: Site, meter: Meter) -> bool:
    """Return whether the meter is a facility meter: at an incomer or a genset. No figure ever stands in for it."""
    return meter.at in site.power.incomers or meter.at in site.power.gensets


def meter_above(site: Site, meter_id: str) -> str | None:
    """Return the nearest meter upstream of a meter, for the shape of time; None for a facility meter and for heat."""
    meter = site.meters[meter_id]
    if meter.quantity != "energy" or is_incomer(site, meter):
        return None
    standing = {(other.at, other.side): name for name, other in site.meters.items() if other.quantity == "energy"}
    if meter.side == "out" and (meter.at, "in") in standing:
        return standing[meter.at, "in"]
    for place in _above(site, meter.at):
        for side in ("out", "in"):
            if (place, side) in standing:
                return standing[place, side]
    return None


def _above(site: Site, place: str) -> tuple[str, ...]:
    machine: Tank | object | None = site.cooling.equipment().get(place) or site.enclosures.tanks.get(place)
    fed_by: tuple[str, ...] = getattr(machine, "fed_by", ())
    return site.upstream(fed_by[0]) if fed_by else site.upstream(place)[1:]
