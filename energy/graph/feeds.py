"""The feeds of a site as parents and children, leaves first: the order in which energies are summed up to the meter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from energy.errors import EnergyError
from energy.units import Joules
from infra.inventory.errors import N_
from infra.inventory.site import Site

SUPPLY = "supply"  # every incomer and genset as one point: where the facility meter stands
BASE_LOAD = "base-load"


@dataclass(frozen=True)
class Branch:
    """One draw of a child on a parent: part number `position` of as many equal `parts` as the child has parents."""

    child: str
    position: int
    parts: int

    def of(self, energy_j: Joules) -> Joules:
        """Return this branch's part of the child's energy [J]; the parts of all branches add up to it."""
        share, rest = energy_j // self.parts, energy_j % self.parts
        return share + (self.position < rest).astype(share.dtype)


@dataclass(frozen=True)
class Feeds:
    """`order`: power elements, each after everything it feeds. `branches`: what draws on each element and on SUPPLY."""

    order: tuple[str, ...]
    branches: Mapping[str, tuple[Branch, ...]]
    machines: tuple[str, ...]
    node_of_outlet: Mapping[str, str]


def feeds_of(site: Site) -> Feeds:
    """Return the graph of feeds of `site`. Raises EnergyError when its base load hangs on an unknown element."""
    supplies = {*site.power.incomers, *site.power.gensets}
    elements = {name: element for name, element in site.power.elements().items() if name not in supplies}
    parents = {name: tuple(element.fed_by) for name, element in elements.items()}
    parents |= {name: tuple(machine.fed_by) for name, machine in site.cooling.equipment().items()}
    parents |= {name: tuple(tank.fed_by) for name, tank in site.enclosures.tanks.items()}
    parents[BASE_LOAD] = (_base_parent(site, elements),)
    branches: dict[str, list[Branch]] = {name: [] for name in (SUPPLY, *elements)}
    for child, fed_by in parents.items():
        for position, parent in enumerate(fed_by):
            point = SUPPLY if parent in supplies else parent
            branches[point].append(Branch(child, position, len(fed_by)))
    feeding = {name: sorted(branch.child for branch in branches[name] if branch.child in elements) for name in elements}
    return Feeds(
        order=tuple(TopologicalSorter(feeding).static_order()),
        branches={name: tuple(found) for name, found in branches.items()},
        machines=tuple(sorted({*site.cooling.equipment(), *site.enclosures.tanks})),
        node_of_outlet={outlet: name for name, node in sorted(site.nodes.items()) for outlet in node.outlets})


def _base_parent(site: Site, elements: Mapping[str, object]) -> str:
    chosen = site.identity.base_load_fed_by
    if chosen is None:
        return next(iter(site.power.incomers))
    if chosen not in elements and chosen not in site.power.incomers:
        raise EnergyError(N_("the base load hangs on '{element}', which is not an element of the feeds"),
                          element=chosen, where="identity.base_load_fed_by", remedy=N_("name a panel of the site file"))
    return chosen
