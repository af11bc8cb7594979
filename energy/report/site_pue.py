"""The site's ratio at its three points of measure, and the order that they must keep (law I7 of METHOD.md)."""

from __future__ import annotations

from energy.graph.categories import it_energy_by_category_j
from energy.graph.closure import Closure
from energy.interval import Period
from energy.report.pue import InterimPue, Pue, pue_of
from energy.report.rounding import round_half_up
from infra.inventory.site import Site


def site_pue(site: Site, closure: Closure, period: Period) -> tuple[Pue | InterimPue, ...]:
    """Return the site's ratio in each category that has IT energy enough."""
    facility_wh = round_half_up(int(closure.facility_j.sum()))
    found = (pue_of(facility_wh, round_half_up(energy_j), category, period)
             for category, energy_j in it_energy_by_category_j(site, closure).items())
    return tuple(ratio for ratio in found if ratio is not None)
