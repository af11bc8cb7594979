"""What one noun can't know alone: every reference resolves, nothing is taken twice, budgets hold."""

from __future__ import annotations

from collections.abc import Iterator

from infra.inventory.checks import carbon, energy, feeds, meters, placement, quotas, references
from infra.inventory.checks.problem import Problem
from infra.inventory.site import Site

__all__ = ["Problem", "problems_of"]


def problems_of(site: Site) -> Iterator[Problem]:
    """Yield every problem; later families are looked at only when references resolve, since they follow them."""
    dangling = list(references.problems(site))
    if dangling:
        yield from dangling
        return
    for family in (feeds, placement, meters, quotas, energy, carbon):
        yield from family.problems(site)
