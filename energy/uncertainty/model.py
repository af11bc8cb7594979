"""The settlement as a function of its meters: one mean interval stands for the period, and many scenarios go at once.

Each interval of the made-up readings is a scenario, so that one call of `settle` answers for hundreds of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

import numpy as np

from energy.allocation.baseline import Baselines
from energy.allocation.result import IT_COMPONENTS, Allocation
from energy.allocation.settle import settle
from energy.graph.categories import it_by_category_j
from energy.interval import SETTLEMENT_S, Period
from energy.readings.gpu import Board, Claim
from energy.readings.meters import MeterReadings
from energy.readings.prometheus import Values
from energy.readings.telemetry import Telemetry
from energy.readings.use import NodeUse, Use
from energy.units import Joules
from infra.inventory.site import Site

AT_ONCE = 256  # scenarios per settlement: bounds memory for sites of thousands of holders


@dataclass(frozen=True)
class Settled:
    """What was settled: the inputs of `settle`, over the whole period or any part of it that stands for it."""

    site: Site
    readings: MeterReadings
    use: Use
    baselines: Baselines | None = None
    telemetry: Telemetry | None = None


class Model:
    """The mean interval of a period, settled under other readings or another site."""

    def __init__(self, settled: Settled) -> None:
        self.settled = settled
        self.meters = sorted(settled.readings.energy_j)
        self._mean_j = np.array([settled.readings.energy_j[name].mean() for name in self.meters])
        self._start = settled.readings.period.start

    def outputs(self, factors: Values, settled: Settled | None = None) -> dict[str, Values]:
        """Return every output [scenarios] under readings multiplied by `factors` [scenarios, meters].

        `settled` stands in where another site or other baselines are meant.
        """
        settled = self.settled if settled is None else settled
        parts = [self._some(factors[first:first + AT_ONCE], settled) for first in range(0, len(factors), AT_ONCE)]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _some(self, factors: Values, settled: Settled) -> dict[str, Values]:
        count = len(factors)
        period = Period(self._start, self._start + timedelta(seconds=SETTLEMENT_S * count))
        energy_j = np.rint(factors * self._mean_j).astype(np.int64)
        readings = MeterReadings(period, {name: np.ascontiguousarray(energy_j[:, column])
                                          for column, name in enumerate(self.meters)})
        use = Use(period, {name: _mean_use(node, count) for name, node in settled.use.nodes.items()})
        telemetry = None if settled.telemetry is None else _mean_telemetry(settled.telemetry, period)
        allocation = settle(settled.site, readings, use, settled.baselines, telemetry)
        return dict(_outputs(settled.site, allocation))


def _outputs(site: Site, allocation: Allocation) -> Iterator[tuple[str, Values]]:
    """Yield category ratios, partial ratios of zones, and each line's energy [J per mean interval] and ratio."""
    closure = allocation.closure
    facility_j = closure.facility_j.astype(np.float64)
    for category, energy_j in it_by_category_j(site, closure).items():
        yield f"pue{category}", _ratio(facility_j, energy_j)
    groups: dict[str, list[int]] = {}
    for row, holder in enumerate(next(iter(allocation.shares.values())).holders):
        groups.setdefault(f"line:{holder.account}", []).append(row)
        if holder.zone:
            groups.setdefault(f"zone:{holder.zone}", []).append(row)
    for group, rows in sorted(groups.items()):
        kind, _, name = group.partition(":")
        total_j = sum(shares.energy_j[rows].sum(axis=0) for shares in allocation.shares.values()) + 0.0 * facility_j
        it_j = sum(allocation.shares[each].energy_j[rows].sum(axis=0) for each in IT_COMPONENTS) + 0.0 * facility_j
        if kind == "line":
            yield f"energy:{name}", total_j
        if it_j.all():
            yield (f"pue:{name}" if kind == "line" else f"ppue:{name}"), _ratio(total_j, it_j)


def _ratio(numerator: Values | Joules, denominator: Values | Joules) -> Values:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(numerator, dtype=np.float64) / denominator


def _held(values: Values | Joules, count: int) -> Values:
    return np.full(count, float(np.mean(values)))


def _mean_use(node: NodeUse, count: int) -> NodeUse:
    changed: dict[str, Any] = {each.name: {account: _held(values, count)
                                           for account, values in getattr(node, each.name).items()}
                               for each in fields(node)}
    return replace(node, **changed)


def _mean_telemetry(telemetry: Telemetry, period: Period) -> Telemetry:
    count = period.count
    boards = {node: {index: Board(_whole(board.energy_j, count), {
        account: Claim(_held(claim.parts, count), _held(claim.active_s, count))
        for account, claim in board.claims.items()}) for index, board in found.items()}
        for node, found in telemetry.boards.items()}
    return Telemetry(period, boards, {node: _held(row, count) for node, row in telemetry.cpu_core_s.items()},
                     {node: _whole(row, count) for node, row in telemetry.fan_j.items()},
                     {zone: _whole(row, count) for zone, row in telemetry.zone_heat_j.items()})


def _whole(values: Joules, count: int) -> Joules:
    return np.rint(_held(values, count)).astype(np.int64)
