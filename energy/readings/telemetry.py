"""What nodes and zones tell of themselves beside the meters of the site file: boards, CPU counters, fans, flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from energy.interval import Period
from energy.readings.finding import Finding
from energy.readings.gpu import Board
from energy.readings.part import part_of
from energy.readings.source import Values
from energy.units import Joules


@dataclass(frozen=True)
class Telemetry:
    """All optional. Boards by node and index; core-seconds that the node's own CPU counter saw; joules of fans by node;
    joules of heat by zone, computed from flow and temperatures.
    """

    period: Period
    boards: Mapping[str, Mapping[str, Board]] = field(default_factory=dict)
    cpu_core_s: Mapping[str, Values] = field(default_factory=dict)
    fan_j: Mapping[str, Joules] = field(default_factory=dict)
    zone_heat_j: Mapping[str, Joules] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def part(self, period: Period) -> Telemetry:
        """Return the telemetry of a shorter period (views, no copy). Raises EnergyError when it reaches outside."""
        inside = part_of(self.period, period)
        return Telemetry(
            period,
            {node: {index: board.part(inside) for index, board in boards.items()} for node, boards in
             self.boards.items()},
            {node: row[inside] for node, row in self.cpu_core_s.items()},
            {node: row[inside] for node, row in self.fan_j.items()},
            {zone: row[inside] for zone, row in self.zone_heat_j.items()},
            tuple(finding for finding in self.findings if finding.touches(period.start, period.end)))
