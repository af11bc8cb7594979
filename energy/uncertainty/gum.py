"""The law of propagation (GUM 5): contributions by finite difference over one standard uncertainty (5.1.3, note 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from energy.readings.prometheus import Values
from energy.uncertainty.error_sources import DeclaredInput, MeterInput
from energy.uncertainty.model import Model


@dataclass(frozen=True)
class Contributions:
    """Z = ½·[f(x+u) − f(x−u)] of each input on each output, and the outputs at the readings as they are."""

    values: Mapping[str, float]
    by_meter: Mapping[str, Values]
    by_declared: Mapping[str, Values]
    meters: Sequence[MeterInput]
    declared: Sequence[DeclaredInput]


def contributions(model: Model, meters: Sequence[MeterInput], declared: Sequence[DeclaredInput]) -> Contributions:
    """Return every contribution: two settled scenarios per meter, two other sites per declared power."""
    column = {name: place for place, name in enumerate(model.meters)}
    used = [meter for meter in meters if meter.name in column]
    factors = np.ones((2 * len(used) + 1, len(model.meters)))
    for place, meter in enumerate(used):
        factors[2 * place + 1, column[meter.name]] += meter.relative_u
        factors[2 * place + 2, column[meter.name]] -= meter.relative_u
    found = model.outputs(factors)
    here = {name: float(rows[0]) for name, rows in found.items() if np.isfinite(rows).all()}
    return Contributions(here, {name: (found[name][1::2] - found[name][2::2]) / 2 for name in here},
                         _by_declared(model, declared, here), used, declared)


def _by_declared(model: Model, declared: Sequence[DeclaredInput], names: Mapping[str, float]) -> dict[str, Values]:
    one = np.ones((1, len(model.meters)))
    halves: dict[str, list[float]] = {name: [] for name in names}
    for each in declared:
        up = model.outputs(one, each.scaled(model.settled, 1 + each.relative_u))
        down = model.outputs(one, each.scaled(model.settled, 1 - each.relative_u))
        for name in names:
            halves[name].append(float(up[name][0] - down[name][0]) / 2 if name in up and name in down else 0.0)
    return {name: np.array(each) for name, each in halves.items()}


def combined_u(parts: Contributions, output: str, rho: float) -> float:
    """Return u of an output: u² = Σ Z_i² + 2·ρ·Σ over pairs i<j of one family of Z_i·Z_j."""
    by_meter = parts.by_meter[output]
    square = float((by_meter ** 2).sum() + (parts.by_declared[output] ** 2).sum())
    for family in {meter.family for meter in parts.meters} - {""}:
        own = by_meter[[place for place, meter in enumerate(parts.meters) if meter.family == family]]
        square += rho * float(own.sum() ** 2 - (own ** 2).sum())
    return sqrt(max(0.0, square))


def budget(parts: Contributions, output: str) -> list[tuple[str, float]]:
    """Return (input, |Z|) of an output, the greatest first: where a better meter would help."""
    named = [*zip([meter.name for meter in parts.meters], parts.by_meter[output], strict=True),
             *zip([each.name for each in parts.declared], parts.by_declared[output], strict=True)]
    return sorted(((name, abs(float(part))) for name, part in named), key=lambda item: (-item[1], item[0]))
