"""IT energy at the three points where EN 50600-4-2 measures it, and what is lost between them."""

from __future__ import annotations

from dataclasses import dataclass

from energy.graph.closure import Closure
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
    """Return E_IT [J] of the period at UPS output (1), PDU output (2) and nodes' outlets (3).

    What a UPS feeds that is no PDU (a panel) is taken off; a PDU without UPS above it counts at its own output in 1.
    """
    zero = closure.facility_j * 0
    ups_j, behind_ups = zero, set()
    for name in site.power.ups:
        others_j = sum((branch.of(closure.stages[branch.child].in_j) for branch in closure.feeds.branches[name]
                        if branch.child in site.power.panels), zero)
        ups_j = ups_j + closure.stages[name].out_j - others_j
        behind_ups |= {branch.child for branch in closure.feeds.branches[name]}
    pdus_j: dict[str, Joules] = {name: closure.stages[name].out_j for name in site.power.pdus}
    direct_j = sum((out_j for name, out_j in pdus_j.items() if name not in behind_ups), zero)
    return {1: int((ups_j + direct_j).sum()), 2: int(sum(pdus_j.values(), zero).sum()),
            3: int(closure.it_energy_j.sum())}
