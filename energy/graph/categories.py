"""IT energy at the three points where EN 50600-4-2 measures it, and what is lost between them."""

from __future__ import annotations

from dataclasses import dataclass

from energy.graph.closure import Closure
from energy.graph.feeds import BASE_LOAD
from energy.units import Joules
from infra.inventory.site import Site


@dataclass(frozen=True)
class Category:
    """E_IT [J] at UPS output (1), PDU output (2) or the nodes' outlets (3); what is lost from the point before.

    `meters`: those that say so; for category 1 the loss is all that the facility uses beside it.
    """

    number: int
    it_energy_j: int
    loss_before_j: int
    meters: tuple[str, ...]

    def ratio(self, facility_j: int) -> float | None:
        """Return facility over IT energy, without its name: `report.pue` gives it; None without IT energy."""
        return facility_j / self.it_energy_j if self.it_energy_j > 0 else None


def categories(site: Site, closure: Closure) -> tuple[Category, ...]:
    """Return the three categories. The facility meter is `loss_before` + `it_energy` of the first; and so on down."""
    by_number = it_energy_by_category_j(site, closure)
    places = {1: (*site.power.ups, *site.power.pdus), 2: tuple(site.power.pdus),
              3: tuple(closure.feeds.node_of_outlet)}
    found, before_j = [], int(closure.facility_j.sum())
    for number, energy_j in by_number.items():
        # Where no meter stands at a point, what passes there is known from the outlets below.
        meters = _meters_at(site, places[number]) or _meters_at(site, places[3])
        found.append(Category(number, energy_j, before_j - energy_j, meters))
        before_j = energy_j
    return tuple(found)


def _meters_at(site: Site, places: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name, meter in site.meters.items() if meter.quantity == "energy" and meter.at in places)


def it_energy_by_category_j(site: Site, closure: Closure) -> dict[int, int]:
    """Return E_IT [J] of the period at UPS output (1), PDU output (2) and nodes' outlets (3)."""
    return {category: int(energy_j.sum()) for category, energy_j in it_by_category_j(site, closure).items()}


def it_by_category_j(site: Site, closure: Closure) -> dict[int, Joules]:
    """Return E_IT [J per interval] of the three categories.

    What a UPS or a PDU feeds that is no IT is taken off (panels, machines of the plant, the base load); a PDU without
    UPS above it counts at its own output in 1.
    """
    zero = closure.facility_j * 0
    behind_ups = {branch.child for name in site.power.ups for branch in closure.feeds.branches[name]}
    ups_j = sum((_it_j(site, closure, name) for name in site.power.ups), zero)
    pdus_j = {name: _it_j(site, closure, name) for name in site.power.pdus}
    direct_j = sum((out_j for name, out_j in pdus_j.items() if name not in behind_ups), zero)
    return {1: ups_j + direct_j, 2: sum(pdus_j.values(), zero), 3: closure.it_energy_j}


def _it_j(site: Site, closure: Closure, name: str) -> Joules:
    """Return what leaves a UPS or a PDU [J per interval] less what it feeds that is no IT."""
    left_j = closure.stages[name].out_j
    for branch in closure.feeds.branches[name]:
        if branch.child == BASE_LOAD:
            left_j = left_j - branch.of(closure.base_load_j)
        elif branch.child in closure.machines_j:
            left_j = left_j - branch.of(closure.machines_j[branch.child])
        elif branch.child in site.power.panels:
            left_j = left_j - branch.of(closure.stages[branch.child].in_j)
    return left_j
