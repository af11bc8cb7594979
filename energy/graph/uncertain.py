"""How sure a sum of metered energies is: terms with a sign, each as sure as its meter's class (GUM 5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from energy.graph.closure import Closure
from energy.graph.feeds import BASE_LOAD, Branch
from energy.quality import Quality
from energy.readings.accuracy import relative_standard_uncertainty
from energy.units import Joules
from infra.inventory.site import Site

COVERAGE = 2.0  # |r| ≤ 2·u(r): about 95 % of meters that are as good as their class (GUM 6.2)
DECLARED_U = 0.1  # relative standard uncertainty of a declared loss or load: a maker's curve, never tried on site


@dataclass(frozen=True)
class Term:
    """One part of a sum: signed joules, relative standard uncertainty, the meter that says so (empty: declared).

    `errs_with` names what its error is common with: a family of current transformers, else the meter itself.
    """

    energy_j: float
    relative_u: float
    meter: str
    errs_with: str

    def times(self, factor: float) -> Term:
        """Return a part of it, or its opposite."""
        return Term(self.energy_j * factor, self.relative_u, self.meter, self.errs_with)


def uncertainty_j(terms: Iterable[Term]) -> float:
    """Return the standard uncertainty [J] of the sum of `terms`.

    Terms that err alike add up with their signs before they are squared (GUM 5.2.2, ρ = 1 inside a family of current
    transformers and for a meter with itself, 0 elsewhere).
    """
    together: dict[str, float] = {}
    for term in terms:
        together[term.errs_with] = together.get(term.errs_with, 0.0) + term.energy_j * term.relative_u
    return sqrt(sum(part * part for part in together.values()))


class Metered:
    """Which meters stand where, and the terms that say what each element of a closure takes."""

    def __init__(self, site: Site, closure: Closure) -> None:
        self.site, self.closure = site, closure
        self._at: dict[tuple[str, str], str] = {
            (meter.at, meter.side): name for name, meter in site.meters.items() if meter.quantity == "energy"}

    def meter(self, place: str, side: str) -> str | None:
        """Return the meter at one side of a place."""
        return self._at.get((place, side))

    def either(self, place: str) -> str | None:
        """Return the meter of a place where both sides pass the same energy."""
        return self.meter(place, "in") or self.meter(place, "out")

    def term(self, meter: str, energy_j: float) -> Term:
        """Return the term of what a meter counted."""
        fact = self.site.meters[meter]
        return Term(energy_j, relative_standard_uncertainty(fact.accuracy_class), meter,
                    f"family {fact.ct_family}" if fact.ct_family else f"meter {meter}")

    def taken_j(self, child: str) -> Joules:
        """Return what a child takes [J per interval]."""
        if child == BASE_LOAD:
            return self.closure.base_load_j
        machine_j = self.closure.machines_j.get(child)
        return self.closure.stages[child].in_j if machine_j is None else machine_j

    def taken(self, branch: Branch) -> list[Term]:
        """Return the terms of what a child takes through one branch.

        A metered child is one term; one without meter, those of its own children and of its declared loss.
        """
        child, part = branch.child, 1 / branch.parts
        taken_j = float(self.taken_j(child).sum())
        if child == BASE_LOAD:
            sure = self.closure.base_load_quality is not Quality.DECLARED
            return [] if sure else [Term(taken_j, DECLARED_U, "", "base load")]
        if child in self.closure.machines_j:  # always metered: `close` asked for its meter
            return [self.term(meter, taken_j * part) for meter in (self.either(child),) if meter]
        stage = self.closure.stages[child]
        meter = self.meter(child, "in") or (None if stage.loss_j.any() else self.either(child))
        if meter is not None:
            return [self.term(meter, taken_j * part)]
        out = self.meter(child, "out")
        below = [self.term(out, float(stage.out_j.sum()))] if out else [
            term for inner in self.closure.feeds.branches[child] for term in self.taken(inner)]
        return [term.times(part) for term in (*below, self.declared_loss(child))]

    def declared_loss(self, name: str) -> Term:
        """Return the term of a stage's loss where a curve gave it; of nothing where meters did."""
        stage = self.closure.stages[name]
        declared = stage.loss_quality is Quality.DECLARED
        return Term(float(stage.loss_j.sum()), DECLARED_U if declared else 0.0, "", f"loss of {name}")
