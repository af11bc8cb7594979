"""Measurements shipped with the plant: fans of a server by its power, tokens asked of models minute by minute."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np

from lab.plant.clock import Series

DATA = Path(__file__).parent / "data"
FAN_TABLE, REQUESTS = "azure-server-fan-power.csv", "azure-llm-2023-per-minute.csv"


@cache
def fan_curve() -> tuple[Series, Series]:
    """Return (load, share): the fans' share of a server's power, over its share at the greatest load, by load."""
    rows = _rows(FAN_TABLE)
    server_w = np.array([float(row["server power"]) for row in rows])
    fan_w = np.array([float(row["fan power"]) for row in rows])
    share = fan_w / server_w
    return server_w / server_w[-1], share / share[-1]


@cache
def tokens_per_minute() -> Series:
    """Return generated tokens of both services by minute, over their mean: as long as both traces are whole."""
    by_trace: dict[str, list[float]] = {}
    for row in _rows(REQUESTS):
        by_trace.setdefault(row["trace"], []).append(float(row["generated tokens"]))
    whole = min(len(minutes) for minutes in by_trace.values())
    tokens = np.sum([minutes[:whole] for minutes in by_trace.values()], axis=0)
    return np.asarray(tokens / tokens.mean(), dtype=np.float64)


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="ascii", newline="") as file:
        return list(csv.DictReader(file))
