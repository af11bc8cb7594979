"""Where things stand: slots, zones, and serials that name one machine only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from infra.inventory.checks.problem import Problem
from infra.inventory.enclosures import Tank
from infra.inventory.site import Site
from infra.inventory.yaml_source import KeyPath


def problems(site: Site) -> Iterator[Problem]:
    """Yield the problems of slots, zones and identities of machines."""
    yield from _slots(site)
    yield from _zones(site)
    machines = site.nodes.items()
    yield from _unique("serial", ((("nodes", name, "serial"), name, node.serial) for name, node in machines))
    yield from _unique("address of the BMC", (
        (("nodes", name, "bmc", "address"), name, node.bmc.address) for name, node in machines))
    yield from _unique("MAC address", (
        *((("nodes", name, "bmc", "mac"), name, node.bmc.mac) for name, node in machines),
        *((("nodes", name, "mac"), name, node.mac) for name, node in machines if node.mac)))


def _slots(site: Site) -> Iterator[Problem]:
    taken: dict[tuple[str, int], str] = {}
    for name, node in site.nodes.items():
        enclosure = site.enclosures.all()[node.enclosure]
        last = node.slot + node.height_u - 1
        if last > enclosure.height_u:
            yield Problem(("nodes", name, "slot"), "slot_outside",
                          {"slot": last, "enclosure": node.enclosure, "height": enclosure.height_u})
        for slot in range(node.slot, last + 1):
            other = taken.setdefault((node.enclosure, slot), name)
            if other != name:
                yield Problem(("nodes", name, "slot"), "slot_taken",
                              {"slot": slot, "enclosure": node.enclosure, "other": other})
                break


def _zones(site: Site) -> Iterator[Problem]:
    for name, enclosure in site.enclosures.all().items():
        immersed = isinstance(enclosure, Tank)
        kind = site.cooling.zones[enclosure.zone].kind
        if (kind == "immersion") != immersed:
            section = "tanks" if immersed else "racks"
            yield Problem(("enclosures", section, name, "zone"), "wrong_zone", {
                "zone": enclosure.zone, "kind": kind, "enclosure": section[:-1],
                "wanted": "immersion" if immersed else "air, direct-liquid"})


def _unique(what: str, values: Iterable[tuple[KeyPath, str, str]]) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for at, name, value in values:
        if value in owner:
            yield Problem(at, "duplicate_value", {"value": value, "what": what, "other": owner[value]})
        owner.setdefault(value, name)
