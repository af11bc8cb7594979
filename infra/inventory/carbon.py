"""Facts of the carbon books: instruments bought, assets owned, fluids lost. Factors are not facts of the site."""

from __future__ import annotations

from infra.inventory.types import Fact


class CarbonFacts(Fact):
    """What the operator owns and bought, by id."""
