"""The one entry: how sure each figure of a period is, and which meter makes it so."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from energy.carbon.statement import BookName, CarbonStatement
from energy.uncertainty.digits import Printed, printed
from energy.uncertainty.error_sources import declared_inputs, meter_inputs
from energy.uncertainty.gum import Contributions, budget, combined_u, contributions
from energy.uncertainty.model import Model, Settled
from energy.uncertainty.monte_carlo import DRAWS, monte_carlo_u
from energy.uncertainty.policy import CT_FAMILY_RHO
from energy.uncertainty.ratio import relative_u_of_product


@dataclass(frozen=True)
class Sure:
    """A figure of the mean interval, its standard uncertainty by the GUM and by Monte Carlo, and its main causes."""

    value: float
    u: float
    monte_carlo_u: float
    causes: tuple[tuple[str, float], ...]

    @property
    def relative_u(self) -> float:
        """Return u over the value's size; infinite for a value of zero."""
        return self.u / abs(self.value) if self.value else math.inf


@dataclass(frozen=True)
class Uncertainties:
    """Names: `pue1`..`pue3`, `ppue:<zone>`, `energy:<line>`, `pue:<line>`; `rho` is the families' correlation."""

    figures: Mapping[str, Sure]
    rho: float

    def of_ratio(self, name: str, value: float) -> Printed:
        """Return a printed ratio of the whole period with digits that follow its uncertainty."""
        return printed(value, abs(value) * self.figures[name].relative_u)

    def of_energy(self, line: str, energy: float) -> Printed:
        """Return a printed energy of a line over the whole period, in whatever unit it is given."""
        sure = self.figures[f"energy:{line}"]
        return printed(energy, abs(energy) * sure.relative_u if sure.value else 0.0)

    def carbon_u_g(self, line: str, statement: CarbonStatement,
                   book: BookName = BookName.OPERATIONAL) -> float | None:
        """Return u of a line's carbon [g] in a book of one factor: its energy's and the factor's, independent.

        The factor's ± half width is a rectangular law, common to all intervals: the greatest that rounding can do, for
        neighbouring figures round alike. None in a blank book, and in one of several factors.
        """
        carbon_g, factors = statement.grams(book, line), statement.books[book].factors
        if carbon_g is None or len(factors) != 1:
            return None
        sure, factor = self.figures[f"energy:{line}"], factors[0]
        factor_ur = factor.half_width / math.sqrt(3) / factor.value if factor.value else 0.0
        return abs(carbon_g) * relative_u_of_product(sure.relative_u, factor_ur) if sure.value else 0.0


def uncertainties_of(settled: Settled, rho: float = CT_FAMILY_RHO, draws: int = DRAWS) -> Uncertainties:
    """Return how sure each ratio and each line's energy is, cross-checked by `draws` settlements.

    Its time grows with meters and draws times holders, not with the period. Raises what `settle` raises.
    """
    model = Model(settled)
    parts = contributions(model, meter_inputs(settled.site), declared_inputs(settled))
    drawn = monte_carlo_u(model, parts, rho, draws)
    return Uncertainties({name: _sure(parts, name, drawn[name], rho) for name in parts.values}, rho)


def _sure(parts: Contributions, name: str, drawn: float, rho: float) -> Sure:
    causes = tuple(cause for cause in budget(parts, name)[:5] if cause[1] > 0)
    return Sure(parts.values[name], combined_u(parts, name, rho), drawn, causes)
