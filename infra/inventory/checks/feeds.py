"""Feeds: no loop, every outlet feeds one thing, redundant nodes hang on two UPSs."""

from __future__ import annotations

from collections.abc import Iterator

from infra.inventory.checks.loops import loop_through
from infra.inventory.checks.problem import Problem
from infra.inventory.site import Site

# Which kinds of element may feed which (section of `power` -> sections of its parents).
PARENTS = {
    "transformers": ("incomers", "gensets"),
    "ups": ("transformers", "panels"),
    "pdus": ("ups", "transformers", "panels"),
    "panels": ("transformers", "ups", "incomers"),
    "outlets": ("pdus",),
}


def problems(site: Site) -> Iterator[Problem]:
    """Yield the problems of the graph of feeds."""
    loop = loop_through({name: element.fed_by for name, element in site.power.elements().items()})
    if loop:
        section = next(section for section, name, _element in site.power.placed() if name == loop[0])
        yield Problem(("power", section, loop[0], "fed_by"), "feed_loop", {"loop": " -> ".join(loop)})
        return
    yield from _parents(site)
    yield from _outlets(site)
    for name, node in site.nodes.items():
        yield from _supply_of(site, name, node.outlets, node.power.nameplate_w, node.redundant)


def _parents(site: Site) -> Iterator[Problem]:
    section_of = {name: section for section, name, _element in site.power.placed()}
    for section, name, element in site.power.placed():
        for parent in element.fed_by:
            if section_of[parent] not in PARENTS[section]:
                yield Problem(("power", section, name, "fed_by"), "wrong_parent",
                              {"value": parent, "kinds": ", ".join(PARENTS[section])})


def _outlets(site: Site) -> Iterator[Problem]:
    fed_by_outlet: dict[str, str] = {}
    for name, inputs in _things_fed(site):
        for outlet in inputs:
            if outlet in fed_by_outlet and fed_by_outlet[outlet] != name:
                yield Problem(("power", "outlets", outlet), "shared_outlet",
                              {"value": outlet, "other": fed_by_outlet[outlet]})
            elif outlet in site.power.outlets:
                fed_by_outlet[outlet] = name
    for outlet in site.power.outlets:
        if outlet not in fed_by_outlet:
            yield Problem(("power", "outlets", outlet), "idle_outlet")


def _things_fed(site: Site) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, node in site.nodes.items():
        yield name, node.outlets
    yield from ((name, machine.fed_by) for name, machine in site.cooling.equipment().items())
    yield from ((name, tank.fed_by) for name, tank in site.enclosures.tanks.items())


def _supply_of(site: Site, name: str, outlets: tuple[str, ...], nameplate_w: float,
               redundant: bool) -> Iterator[Problem]:
    at = ("nodes", name, "outlets")
    sources = [element for outlet in outlets for element in site.upstream(outlet) if element in site.power.ups]
    if redundant and len(set(sources)) < 2:
        yield Problem(at, "not_redundant", {"ups": ", ".join(sorted(set(sources))) or "-"})
    for outlet in outlets:
        rating_w = site.power.outlets[outlet].rating_w
        if rating_w < nameplate_w:
            yield Problem(at, "outlet_too_small",
                          {"value": outlet, "rating_w": rating_w, "nameplate_w": nameplate_w})
