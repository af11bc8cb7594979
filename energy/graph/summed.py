"""A graph of feeds over many intervals as one column: sums of joules are all that the ratios of a period need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields

import numpy as np

from energy.graph.closure import Closure
from energy.graph.stage import Stage
from energy.interval import Period
from energy.quality import Quality
from energy.units import Joules

_SURENESS = list(Quality)
_ENERGIES = tuple(field.name for field in fields(Stage) if field.name.endswith("_j"))


def closure_part(closure: Closure, period: Period, inside: slice) -> Closure:
    """Return some intervals of a closure (views, no copy)."""
    return Closure(
        period=period, feeds=closure.feeds, facility_j=closure.facility_j[inside],
        generated_j=closure.generated_j[inside], outlets_j={name: row[inside] for name, row in
                                                            closure.outlets_j.items()},
        machines_j={name: row[inside] for name, row in closure.machines_j.items()},
        base_load_j=closure.base_load_j[inside], base_load_quality=closure.base_load_quality,
        stages={name: Stage(**{key: getattr(stage, key)[inside] for key in _ENERGIES}, loss_quality=stage.loss_quality)
                for name, stage in closure.stages.items()},
        residual_j=closure.residual_j[inside])


def summed_closure(closures: Sequence[Closure], period: Period) -> Closure:
    """Return the sum over closures of one graph: arrays of one column, the least sure quality of each place."""
    first = closures[0]
    return Closure(
        period=period, feeds=first.feeds, facility_j=_total(closure.facility_j for closure in closures),
        generated_j=_total(closure.generated_j for closure in closures),
        outlets_j=_totals([closure.outlets_j for closure in closures]),
        machines_j=_totals([closure.machines_j for closure in closures]),
        base_load_j=_total(closure.base_load_j for closure in closures),
        base_load_quality=_worst(closure.base_load_quality for closure in closures),
        stages={name: _summed_stage([closure.stages[name] for closure in closures]) for name in first.stages},
        residual_j=_total(closure.residual_j for closure in closures))


def _summed_stage(stages: Sequence[Stage]) -> Stage:
    energies = {name: _total(getattr(stage, name) for stage in stages) for name in _ENERGIES}
    return Stage(**energies, loss_quality=_worst(stage.loss_quality for stage in stages))


def _totals(rows: Sequence[Mapping[str, Joules]]) -> dict[str, Joules]:
    return {name: _total(row[name] for row in rows) for name in rows[0]}


def _total(rows: Iterable[Joules]) -> Joules:
    return np.array([sum(int(row.sum()) for row in rows)], dtype=np.int64)


def _worst(qualities: Iterable[Quality]) -> Quality:
    return max(qualities, key=_SURENESS.index)
