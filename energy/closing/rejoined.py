"""Days put together again into a month's inputs, as they were before they were cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from energy.closing.inputs import MonthInputs
from energy.closing.reading_facts import ReadingFacts
from energy.closing.settled_day import DayInputs
from energy.interval import Period
from energy.readings.gpu import Board, Claim
from energy.readings.meters import MeterReadings
from energy.readings.telemetry import Telemetry
from energy.readings.use import NodeUse, Use

Cell = TypeVar("Cell", bound=np.generic)


def rejoined(month: str, period: Period, days: Sequence[DayInputs], facts: ReadingFacts) -> MonthInputs:
    """Return the inputs of a month, its days given in order."""
    span = span_of(days)
    readings = MeterReadings(period, span.readings.energy_j, span.readings.flags, facts.findings)
    return MonthInputs(month, readings, span.use, span.telemetry, facts.source, facts.allowed)


def span_of(days: Sequence[DayInputs]) -> DayInputs:
    """Return adjoining days as one span, under the first one's name: all of them name the same meters, nodes, accounts.
    """
    period = Period(days[0].period.start, days[-1].period.end)
    readings = MeterReadings(period, _rows([day.readings.energy_j for day in days]),
                             _rows([day.readings.flags for day in days]))
    nodes = {node: NodeUse(**{kind: _rows([getattr(day.use.nodes[node], kind) for day in days]) for kind in (
        "cpu_used_s", "gpu_used_s", "cpu_reserved", "gpu_reserved")}) for node in days[0].use.nodes}
    parts = [day.telemetry for day in days]
    telemetry = Telemetry(
        period, {node: {index: _board([part.boards[node][index] for part in parts]) for index in boards}
                 for node, boards in parts[0].boards.items()},
        _rows([part.cpu_core_s for part in parts]), _rows([part.fan_j for part in parts]),
        _rows([part.zone_heat_j for part in parts]))
    return DayInputs(days[0].day, readings, Use(period, nodes), telemetry)


def _rows(parts: Sequence[Mapping[str, npt.NDArray[Cell]]]) -> dict[str, npt.NDArray[Cell]]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _board(parts: Sequence[Board]) -> Board:
    claims = {account: Claim(np.concatenate([part.claims[account].parts for part in parts]),
                             np.concatenate([part.claims[account].active_s for part in parts]))
              for account in parts[0].claims}
    return Board(np.concatenate([part.energy_j for part in parts]), claims)
