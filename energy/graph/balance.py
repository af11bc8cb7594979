"""The closure test at every parent of the feeds: does what enters agree with what leaves, within the meters' errors?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from energy.graph.closure import Closure
from energy.graph.feeds import SUPPLY
from energy.graph.uncertain import COVERAGE, Metered, Term, uncertainty_j
from infra.inventory.errors import N_
from infra.inventory.site import Site


class Verdict(StrEnum):
    """What the test says of a parent."""

    CLOSES = "closes"
    OPEN = "open"
    UNTESTED = "untested"

    @property
    def word(self) -> str:
        """Return the verdict as a word for people (a catalogue message)."""
        return WORDS[self]


WORDS = {Verdict.CLOSES: N_("closes"), Verdict.OPEN: N_("does not close"), Verdict.UNTESTED: N_("not tested")}


@dataclass(frozen=True)
class Balance:
    """One parent over a period [J]: residual_j = in_j − children_j − loss_j; `u_j` is its standard uncertainty.

    A parent without meter of its own is not tested: what it takes is what its children draw. The residual goes to
    `_residual` whatever the verdict.
    """

    parent: str
    in_j: int
    children_j: int
    loss_j: int
    residual_j: int
    u_j: float
    verdict: Verdict
    meters: tuple[str, ...]

    @property
    def meter_loss_j(self) -> int:
        """Return what the meters alone say is lost, below zero when children take more than enters."""
        return self.in_j - self.children_j


def balances(site: Site, closure: Closure) -> tuple[Balance, ...]:
    """Return the closure test of every element but the nodes' outlets, downstream first, and of the supply, last."""
    metered = Metered(site, closure)
    tested = [_balance(metered, name) for name in closure.feeds.order if name not in closure.feeds.node_of_outlet]
    return (*tested, _supply(metered))


def feed_totals_j(site: Site, closure: Closure) -> dict[str, int]:
    """Return what nodes take [J] by feed (A, B; - where no UPS stands above), at their outlets."""
    totals: dict[str, int] = {}
    for outlet in closure.feeds.node_of_outlet:
        feed = site.feed_of(outlet) or "-"
        totals[feed] = totals.get(feed, 0) + int(closure.outlets_j[outlet].sum())
    return dict(sorted(totals.items()))


def feed_imbalance(site: Site, closure: Closure) -> float | None:
    """Return (greatest − least) / sum of the feeds' totals; None on a site of one feed or without IT energy."""
    totals = feed_totals_j(site, closure)
    whole = sum(totals.values())
    return (max(totals.values()) - min(totals.values())) / whole if len(totals) > 1 and whole else None


def _balance(metered: Metered, name: str) -> Balance:
    stage = metered.closure.stages[name]
    children = [term for branch in metered.closure.feeds.branches[name] for term in metered.taken(branch)]
    entering, leaving = metered.meter(name, "in"), metered.meter(name, "out")
    own: list[Term] = []
    if leaving is not None:  # with both, in − loss is what the second one counted
        own = [metered.term(leaving, float(stage.out_j.sum()))]
    elif entering is not None:
        own = [metered.term(entering, float(stage.in_j.sum())), metered.declared_loss(name).times(-1)]
    in_j, loss_j, residual_j = (int(row.sum()) for row in (stage.in_j, stage.loss_j, stage.residual_j))
    found = _judged((in_j, in_j - loss_j - residual_j, loss_j), own, children)
    meters = tuple(meter for meter in (entering, leaving) if meter)
    return Balance(name, *found, tuple(dict.fromkeys((*meters, *_meters(children)))))


def _supply(metered: Metered) -> Balance:
    closure, power = metered.closure, metered.site.power
    branches = closure.feeds.branches[SUPPLY]
    children = [term for branch in branches for term in metered.taken(branch)]
    facility_j, generated_j = int(closure.facility_j.sum()), int(closure.generated_j.sum())
    children_j = sum(int(branch.of(metered.taken_j(branch.child)).sum()) for branch in branches)
    # A group's meters share its energy alike here: their classes are what counts, and each is known to the report.
    own = [metered.term(meter, energy_j / len(places)) for places, energy_j in (
        (power.incomers, facility_j - generated_j), (power.gensets, generated_j))
        for place in places if (meter := metered.either(place))]
    return Balance(SUPPLY, *_judged((facility_j, children_j, 0), own, children),
                   tuple(dict.fromkeys((*_meters(own), *_meters(children)))))


def _judged(sums: tuple[int, int, int], own: list[Term],
            children: list[Term]) -> tuple[int, int, int, int, float, Verdict]:
    in_j, children_j, loss_j = sums
    residual_j = in_j - children_j - loss_j
    terms = [*own, *(term.times(-1) for term in children)]
    u_j = uncertainty_j(terms)
    # Energies are whole joules: half of one per term is no disagreement.
    closes = abs(residual_j) <= COVERAGE * u_j + len(terms)
    verdict = Verdict.UNTESTED if not own else Verdict.CLOSES if closes else Verdict.OPEN
    return in_j, children_j, loss_j, residual_j, u_j, verdict


def _meters(terms: list[Term]) -> tuple[str, ...]:
    return tuple(term.meter for term in terms if term.meter)
