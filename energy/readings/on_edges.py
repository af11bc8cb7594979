"""Raw samples to one value per settlement interval, on the edge that ends it: what PromQL does, for other sources."""

from __future__ import annotations

import numpy as np

from energy.interval import SETTLEMENT_S, Period
from energy.readings.source import Times, Values


def latest_on_edges(times_ms: Times, values: Values, period: Period) -> Values:
    """Return the last finite sample of each interval (t − 15 min, t], NaN where there is none."""
    edge, kept, count = _edge_of(times_ms, values, period)
    found = np.full(count, np.nan)
    found[edge] = values[kept]  # in order of time: the last one stays
    return found


def means_on_edges(times_ms: Times, values: Values, period: Period) -> Values:
    """Return the mean of the finite samples of each interval (t − 15 min, t], NaN where there is none."""
    edge, kept, count = _edge_of(times_ms, values, period)
    number = np.bincount(edge, minlength=count).astype(np.float64)
    total = np.bincount(edge, weights=values[kept], minlength=count)
    means: Values = np.divide(total, number, out=np.full(count, np.nan), where=number > 0)
    return means


def _edge_of(times_ms: Times, values: Values, period: Period) -> tuple[Times, Times, int]:
    """Return the edge of each sample that counts, the samples' positions in order of time, and how many edges are."""
    order = np.argsort(times_ms, kind="stable")
    count = period.count + 1
    edge = -((int(period.edges_s[0]) * 1000 - times_ms[order]) // (SETTLEMENT_S * 1000))
    inside = (edge >= 0) & (edge < count) & np.isfinite(values[order])
    return edge[inside], order[inside], count
