"""What no datacenter can do, and no report may say: give more than it takes. Refused with the meters named."""

from __future__ import annotations

from energy.errors import EnergyError
from energy.graph.balance import Verdict, balances
from energy.graph.categories import categories
from energy.graph.closure import Closure
from energy.graph.feeds import SUPPLY
from energy.graph.uncertain import COVERAGE, Metered, uncertainty_j
from energy.units import kwh_from_wh, wh_from_joules
from infra.inventory.errors import N_
from infra.inventory.site import Site


def refuse_impossible(site: Site, closure: Closure) -> None:
    """Raise EnergyError when, over the period, a ratio is under 1 or a loss under zero by more than meters may err.

    A PUE under 1 in any category; a stage whose output meter counts more than its input meter; children that take
    more than their parent. Small disagreements are the residual's, and are no refusal.
    """
    _refuse_ratios(site, closure)
    metered = Metered(site, closure)
    for name, stage in closure.stages.items():
        entering, leaving = metered.meter(name, "in"), metered.meter(name, "out")
        if entering and leaving:
            in_j, out_j = int(stage.in_j.sum()), int(stage.out_j.sum())
            terms = (metered.term(entering, in_j), metered.term(leaving, -out_j))
            if out_j - in_j > COVERAGE * uncertainty_j(terms):
                raise _negative_loss(name, in_j, out_j, (entering, leaving))
    for balance in balances(site, closure):
        tested = balance.verdict is not Verdict.UNTESTED and balance.parent != SUPPLY
        if tested and -balance.meter_loss_j > COVERAGE * balance.u_j:
            raise _negative_loss(balance.parent, balance.in_j, balance.children_j, balance.meters)


def _refuse_ratios(site: Site, closure: Closure) -> None:
    facility_j = int(closure.facility_j.sum())
    supplies = {*site.power.incomers, *site.power.gensets}
    facility = [name for name, meter in site.meters.items() if meter.at in supplies and meter.quantity == "energy"]
    for category in categories(site, closure):
        ratio = category.ratio(facility_j)
        if ratio is not None and ratio < 1:
            raise EnergyError(
                N_("the PUE of category {category} would be {ratio}, under 1: the facility meter ({facility}) counted "
                   "{facility_kwh} kWh, IT equipment {it_kwh} kWh (meters {meters})"), where="meters",
                category=category.number, ratio=f"{ratio:.4f}", facility=", ".join(facility),
                facility_kwh=_kwh(facility_j), it_kwh=_kwh(category.it_energy_j), meters=_listed(category.meters),
                remedy=N_("check unit, current transformer ratio and place of these meters: one of them is wrong"))


def _negative_loss(name: str, in_j: int, out_j: int, meters: tuple[str, ...]) -> EnergyError:
    return EnergyError(
        N_("'{place}' would give {out_kwh} kWh and take {in_kwh} kWh: more than its meters may err (meters {meters})"),
        where="meters", place=name, out_kwh=_kwh(out_j), in_kwh=_kwh(in_j), meters=_listed(meters),
        remedy=N_("check unit, current transformer ratio and place of these meters, or the feeds that the site file "
                  "gives"))


def _kwh(energy_j: int) -> str:
    return f"{kwh_from_wh(wh_from_joules(energy_j)):.3f}"


def _listed(meters: tuple[str, ...], most: int = 12) -> str:
    return ", ".join(meters[:most]) + (", ..." if len(meters) > most else "")
