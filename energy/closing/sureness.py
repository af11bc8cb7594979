"""How sure the figures of a period are, as relative standard uncertainties, and what was computed with its energy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from energy.allocation.baseline import Baselines
from energy.allocation.iso_compute import zone_bases
from energy.closing.inputs import MonthInputs
from energy.closing.month_sums import Sums
from energy.uncertainty.model import Settled
from energy.uncertainty.uncertainties import uncertainties_of
from infra.inventory.site import Site


@dataclass(frozen=True)
class Sureness:
    """`relative_u` by figure (`pue1`, `ppue:<zone>`, `energy:<line>`, `pue:<line>`), and the same by Monte Carlo;
    `causes` names the meters that make each figure unsure, the greatest first.
    """

    relative_u: Mapping[str, float]
    monte_carlo_relative_u: Mapping[str, float]
    causes: Mapping[str, tuple[str, ...]]

    def joined(self, other: Sureness, weights: tuple[float, float]) -> Sureness:
        """Return the sureness of two periods: the same meters err alike in both, so that errors add up in full."""
        first, second = (weight / (sum(weights) or 1.0) for weight in weights)

        def mean(one: Mapping[str, float], two: Mapping[str, float]) -> dict[str, float]:
            return {name: first * one.get(name, two.get(name, 0.0)) + second * two.get(name, one.get(name, 0.0))
                    for name in sorted({*one, *two})}

        return Sureness(mean(self.relative_u, other.relative_u),
                        mean(self.monte_carlo_relative_u, other.monte_carlo_relative_u),
                        {**self.causes, **other.causes})


@dataclass(frozen=True)
class Work:
    """Core-seconds and GPU-seconds used in a zone, and how many core-seconds a GPU-second counts for."""

    core_s: float
    gpu_s: float
    gpu_in_cores: float


def sureness_of(site: Site, inputs: MonthInputs, baselines: Baselines) -> Sureness:
    """Return how sure each figure of a month is. Raises what `settle` raises."""
    found = uncertainties_of(Settled(site, inputs.readings, inputs.use, baselines, inputs.telemetry)).figures
    return Sureness({name: _finite(sure.relative_u) for name, sure in found.items()},
                    {name: _finite(sure.monte_carlo_u / abs(sure.value) if sure.value else 0.0)
                     for name, sure in found.items()},
                    {name: tuple(cause for cause, _u in sure.causes) for name, sure in found.items()})


def work_of(site: Site, inputs: MonthInputs, sums: Sums) -> dict[str, Work]:
    """Return the work done in each cooling zone."""
    return {zone: Work(basis.core_s, basis.gpu_s, basis.gpu_in_cores)
            for zone, basis in zone_bases(site, sums.allocation, inputs.use).items()}


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0
