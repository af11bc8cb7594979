"""Largest remainders over 35,040 intervals x 1,000 tenants (a year), beside its floor in plain floating point, and one
day of a site of 2,000 outlets, 1,000 nodes and 1,000 tenants settled whole. The least of the runs is told: what is over
it is other work of the machine. Prints one JSON document.
"""

from __future__ import annotations

import json
import os
import resource
import time
from datetime import UTC, datetime

import numpy as np

from bench.large_site import large_readings, large_site, large_use
from energy.allocation.apportion import apportion, apportion_plainly
from energy.allocation.settle import settle
from energy.interval import Period

LIMIT_S, REPEAT, INTERVALS, TENANTS, NODES = 0.5, 5, 35_040, 1_000, 1_000


def seconds(work: object, *arguments: object) -> float:
    began = time.perf_counter()
    work(*arguments)  # type: ignore[operator]
    return time.perf_counter() - began


def in_floating_point(pool: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return shares that add up to nothing exact: the least that any allocation must do."""
    return weights * (pool / weights.sum(axis=0))


def main() -> None:
    os.sched_setaffinity(0, {0})
    random = np.random.default_rng(1)
    weights = random.integers(0, 2_000_000, (TENANTS, INTERVALS))
    pool = random.integers(0, 10**9, INTERVALS)
    first = seconds(apportion, pool, weights)
    year = min(seconds(apportion, pool, weights) for _ in range(REPEAT))
    floor = min(seconds(in_floating_point, pool, weights) for _ in range(REPEAT))
    plainly = seconds(apportion_plainly, pool[:INTERVALS // 8], weights[:, :INTERVALS // 8]) * 8
    del weights
    site = large_site(NODES, TENANTS)
    day = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 6, tzinfo=UTC))
    readings, use = large_readings(site, day), large_use(site, day)
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    settled = min(seconds(settle, site, readings, use) for _ in range(3))
    print(json.dumps({
        "benchmark": "allocation", "repeat": REPEAT, "cores": 1, "intervals": INTERVALS, "tenants": TENANTS,
        "first_call_s": round(first, 3), "apportion_year_s": round(year, 3), "floor_float_s": round(floor, 3),
        "numpy_year_s": round(plainly, 2), "limit_s": LIMIT_S, "within_limit": year <= LIMIT_S,
        "settle_day": {"outlets": 2 * NODES, "nodes": NODES, "tenants": TENANTS, "seconds": round(settled, 2),
                       "year_extrapolated_s": round(settled * 365), "rss_before_mib": before_kib // 1024,
                       "rss_peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024},
    }))


if __name__ == "__main__":
    main()
