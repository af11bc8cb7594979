"""One local day, settled: a pure function of its inputs and the site, so that any machine gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from energy.allocation.baseline import Baselines
from energy.allocation.full_cost import full_cost
from energy.allocation.it_energy import node_splits
from energy.allocation.node_split import NodeSplit
from energy.allocation.settle import settle
from energy.closing.kept_day import KeptDay, kept_day
from energy.graph.closure import close
from energy.interval import Period
from energy.readings.meters import MeterReadings
from energy.readings.telemetry import Telemetry
from energy.readings.use import Use
from infra.inventory.site import Site

Splits: TypeAlias = Mapping[str, NodeSplit]


@dataclass(frozen=True)
class DayInputs:
    """What a day is settled from. `day` is local, written YYYY-MM-DD."""

    day: str
    readings: MeterReadings
    use: Use
    telemetry: Telemetry

    @property
    def period(self) -> Period:
        return self.readings.period


def split_zone(site: Site, inputs: DayInputs, baselines: Baselines, zone: str) -> Splits:
    """Return the splits of one cooling zone's nodes over a day: the greater part of the work. Raises EnergyError."""
    closure = close(site, inputs.readings)
    return node_splits(site, closure, inputs.use, baselines, inputs.telemetry, zone)


def settle_day(site: Site, inputs: DayInputs, baselines: Baselines, splits: Sequence[Splits] = ()) -> KeptDay:
    """Return the day settled, in both views; `splits` of its zones where others made them (`split_zone`).

    Raises what `settle` and `full_cost` raise.
    """
    together = {node: split for part in splits for node, split in part.items()}
    allocation = settle(site, inputs.readings, inputs.use, baselines, inputs.telemetry, together or None)
    return kept_day(inputs.day, allocation, full_cost(site, allocation, inputs.use))
