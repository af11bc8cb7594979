"""Every id that is named somewhere exists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from infra.inventory.checks.problem import Problem
from infra.inventory.site import Site
from infra.inventory.yaml_source import KeyPath


def problems(site: Site) -> Iterator[Problem]:
    """Yield one problem per id that names nothing."""
    elements = site.power.elements()
    for section, name, element in site.power.placed():
        yield from _unknown(("power", section, name, "fed_by"), element.fed_by, elements, "power elements")
    if site.identity.base_load_fed_by:
        yield from _unknown(("identity", "base_load_fed_by"), [site.identity.base_load_fed_by], elements,
                            "power elements")
    yield from _plant(site, elements)
    yield from _machines(site)
    yield from _people(site)
    measured = {*elements, *site.cooling.equipment(), *site.cooling.zones, *site.enclosures.tanks}
    for name, meter in site.meters.items():
        yield from _unknown(("meters", name, "at"), [meter.at], measured, "places")


def _plant(site: Site, elements: Collection[str]) -> Iterator[Problem]:
    for section in ("crahs", "cdus", "dry_coolers", "chillers"):
        for name, machine in getattr(site.cooling, section).items():
            at = ("cooling", section, name)
            yield from _unknown((*at, "fed_by"), machine.fed_by, elements, "power elements")
            yield from _unknown((*at, "zones"), machine.zones, site.cooling.zones, "zones")
    for name, tank in site.enclosures.tanks.items():
        yield from _unknown(("enclosures", "tanks", name, "fed_by"), tank.fed_by, elements, "power elements")
        yield from _unknown(("enclosures", "tanks", name, "zone"), [tank.zone], site.cooling.zones, "zones")
    for name, rack in site.enclosures.racks.items():
        yield from _unknown(("enclosures", "racks", name, "zone"), [rack.zone], site.cooling.zones, "zones")


def _machines(site: Site) -> Iterator[Problem]:
    for name, node in site.nodes.items():
        yield from _unknown(("nodes", name, "enclosure"), [node.enclosure], site.enclosures.all(), "enclosures")
        yield from _unknown(("nodes", name, "outlets"), node.outlets, site.power.outlets, "outlets")


def _people(site: Site) -> Iterator[Problem]:
    for name, tenant in site.tenants.items():
        if tenant.parent:
            yield from _unknown(("tenants", name, "parent"), [tenant.parent], site.tenants, "tenants")
    for name, model in site.models.items():
        yield from _unknown(("models", name, "tenants"), model.tenants, site.tenants, "tenants")


def _unknown(at: KeyPath, values: Iterable[str], known: Collection[str], kind: str) -> Iterator[Problem]:
    for value in values:
        if value not in known:
            listed = ", ".join(sorted(known)[:12]) + (", ..." if len(known) > 12 else "")
            yield Problem(at, "unknown_reference", {"value": value, "kind": kind, "known": listed or "-"})
