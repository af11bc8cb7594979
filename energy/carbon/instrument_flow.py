"""When an instrument's energy was made: its certified volume over its days, by its profile, in whole joules."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from energy.interval import SETTLEMENT_S, Period
from energy.units import J_PER_KWH, Joules
from infra.inventory.carbon import Instrument


def flow_j(volume_kwh: int, instrument: Instrument, period: Period, zone: ZoneInfo) -> Joules:
    """Return what `volume_kwh` of an instrument gives in each interval of `period` [J].

    By its weights of local hours, else flat. Cumulated and rounded down at each edge, so that the parts of its whole
    life add up to the volume exactly, however the time is cut.
    """
    first, last = _start_s(instrument.since, zone), _start_s(instrument.until, zone)
    cumulated = np.concatenate([[0], np.cumsum(_weights(instrument, first, last, zone))])
    position = np.clip((period.edges_s - first) // SETTLEMENT_S, 0, len(cumulated) - 1)
    total, volume_j = int(cumulated[-1]), volume_kwh * J_PER_KWH
    edges = [volume_j * int(cumulated[index]) // total for index in position]
    cumulated_j = np.array(edges, dtype=np.int64)
    return cumulated_j[1:] - cumulated_j[:-1]


def _start_s(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).astimezone(UTC).timestamp())


def _weights(instrument: Instrument, first: int, last: int, zone: ZoneInfo) -> npt.NDArray[np.int64]:
    count = (last - first) // SETTLEMENT_S
    if not instrument.hours:
        return np.ones(count, dtype=np.int64)
    hours = [datetime.fromtimestamp(first + SETTLEMENT_S * index, zone).hour for index in range(count)]
    return np.array(instrument.hours, dtype=np.int64)[hours]
