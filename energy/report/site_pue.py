"""The site's ratio at its three points of measure, and the order that they must keep (law I7 of METHOD.md)."""

from __future__ import annotations

from energy.graph.closure import Closure
from energy.interval import Period
from energy.report.pue import InterimPue, Pue, pue_of
from energy.report.rounding import round_half_up
from energy.units import Joules
from infra.inventory.site import Site


def it_energy_by_category_j(site: Site, closure: Closure) -> dict[int, int]:
    """Return E_IT [J] of the period at UPS output (1), PDU output (2) and nodes' outlets (3).

    What a UPS feeds that is no PDU (a panel) is taken off; a PDU without UPS above it counts at its own output in 1.
    """
    ups_j = _zero(closure)
    behind_ups = set()
    for name in site.power.ups:
        others_j = sum((branch.of(closure.stages[branch.child].in_j) for branch in closure.feeds.branches[name]
                        if branch.child in site.power.panels), _zero(closure))
        ups_j = ups_j + closure.stages[name].out_j - others_j
        behind_ups |= {branch.child for branch in closure.feeds.branches[name]}
    pdus_j = {name: closure.stages[name].out_j for name in site.power.pdus}
    direct_j = sum((out_j for name, out_j in pdus_j.items() if name not in behind_ups), _zero(closure))
    return {1: int((ups_j + direct_j).sum()), 2: int(sum(pdus_j.values(), _zero(closure)).sum()),
            3: int(closure.it_energy_j.sum())}


def site_pue(site: Site, closure: Closure, period: Period) -> tuple[Pue | InterimPue, ...]:
    """Return the site's ratio in each category that has IT energy enough."""
    facility_wh = round_half_up(int(closure.facility_j.sum()))
    found = (pue_of(facility_wh, round_half_up(energy_j), category, period)
             for category, energy_j in it_energy_by_category_j(site, closure).items())
    return tuple(ratio for ratio in found if ratio is not None)


def _zero(closure: Closure) -> Joules:
    return closure.facility_j * 0
