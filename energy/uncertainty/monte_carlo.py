"""The same model by Monte Carlo (JCGM 101): rectangular errors inside each class limit, correlated inside a family."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from energy.readings.prometheus import Values
from energy.uncertainty.error_sources import MeterInput
from energy.uncertainty.gum import Contributions
from energy.uncertainty.model import Model

DRAWS = 2000
SEED = 20120301
_ERF = np.frompyfunc(math.erf, 1, 1)


def monte_carlo_u(model: Model, parts: Contributions, rho: float, draws: int = DRAWS, seed: int = SEED
                  ) -> Mapping[str, float]:
    """Return the standard deviation of each output over `draws` settlements with drawn meter errors.

    Declared powers, which would need another site for each draw, enter to first order. Same seed, same figures.
    """
    random = np.random.default_rng(seed)
    column = {name: place for place, name in enumerate(model.meters)}
    errors = rectangular_errors(parts.meters, rho, draws, random)
    factors = np.ones((draws, len(model.meters)))
    for place, meter in enumerate(parts.meters):
        factors[:, column[meter.name]] += meter.relative_u * errors[:, place]
    found = model.outputs(factors)
    declared = math.sqrt(3) * random.uniform(-1, 1, (draws, len(parts.declared)))
    return {name: float((found[name] + declared @ parts.by_declared[name]).std(ddof=1)) for name in parts.values}


def rectangular_errors(meters: Sequence[MeterInput], rho: float, draws: int, random: np.random.Generator) -> Values:
    """Return errors [draws, meters] of variance 1, each rectangular; two of one family correlate by `rho`.

    A Gaussian copula: normal draws with ρ_g = 2·sin(π·ρ/6) become uniform ones that correlate by ρ exactly.
    """
    rho_normal = 2 * math.sin(math.pi * rho / 6)
    normal = random.standard_normal((draws, len(meters)))
    for family in sorted({meter.family for meter in meters} - {""}):
        own = [place for place, meter in enumerate(meters) if meter.family == family]
        shared = random.standard_normal((draws, 1))
        normal[:, own] = math.sqrt(rho_normal) * shared + math.sqrt(1 - rho_normal) * normal[:, own]
    return math.sqrt(3) * np.asarray(_ERF(normal / math.sqrt(2)), dtype=np.float64)
