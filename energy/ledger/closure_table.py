"""A day's graph of feeds as sums: what entered, left and was lost at each place, for lines and ratios of any period."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from energy.graph.closure import Closure
from energy.graph.feeds import BASE_LOAD, Feeds
from energy.graph.stage import Stage
from energy.graph.summed import summed_closure
from energy.interval import Period
from energy.quality import Quality
from energy.units import Joules

FACILITY, GENERATED, MACHINE, STAGE = "facility", "generated", "machine", "stage"
_COLUMNS = ("in_j", "out_j", "loss_j", "residual_j")


def closure_table(closure: Closure) -> pa.Table:
    """Return columns kind, place, in_j, out_j, loss_j, residual_j, quality: one row per place, sums of the day."""
    total = summed_closure([closure], closure.period)
    rows: list[tuple[str, str, int, int, int, int, str]] = [
        (FACILITY, "", _one(total.facility_j), 0, 0, _one(total.residual_j), ""),
        (GENERATED, "", _one(total.generated_j), 0, 0, 0, ""),
        (BASE_LOAD, "", _one(total.base_load_j), 0, 0, 0, total.base_load_quality)]
    rows += [(MACHINE, name, _one(energy_j), 0, 0, 0, "") for name, energy_j in sorted(total.machines_j.items())]
    rows += [(STAGE, name, _one(stage.in_j), _one(stage.out_j), _one(stage.loss_j), _one(stage.residual_j),
              stage.loss_quality) for name, stage in sorted(total.stages.items())]
    columns = list(zip(*rows, strict=True))
    kinds = [pa.string(), pa.string(), *[pa.int64()] * len(_COLUMNS), pa.string()]
    return pa.table({name: pa.array(column, kind) for name, column, kind in zip(
        ("kind", "place", *_COLUMNS, "quality"), columns, kinds, strict=True)})


def closure_from(table: pa.Table, feeds: Feeds, period: Period) -> Closure:
    """Return the closure of a day as one column of sums."""
    rows = table.to_pylist()
    single = {row["kind"]: row for row in rows if row["kind"] not in (MACHINE, STAGE)}
    stages = {row["place"]: Stage(**{column: _column(row[column]) for column in _COLUMNS},
                                  loss_quality=Quality(row["quality"])) for row in rows if row["kind"] == STAGE}
    return Closure(
        period=period, feeds=feeds, facility_j=_column(single[FACILITY]["in_j"]),
        generated_j=_column(single[GENERATED]["in_j"]),
        outlets_j={outlet: stages[outlet].out_j for outlet in feeds.node_of_outlet},
        machines_j={row["place"]: _column(row["in_j"]) for row in rows if row["kind"] == MACHINE},
        base_load_j=_column(single[BASE_LOAD]["in_j"]), base_load_quality=Quality(single[BASE_LOAD]["quality"]),
        stages=stages, residual_j=_column(single[FACILITY]["residual_j"]))


def _one(energy_j: Joules) -> int:
    return int(energy_j[0])


def _column(energy_j: int) -> Joules:
    return np.array([energy_j], dtype=np.int64)
