"""Exact Shapley values of 10,000 tenants in a cubic pool, beside the definition for 16. Prints one JSON document."""

from __future__ import annotations

import json
import os
import statistics
import time
from itertools import combinations
from math import comb

import numpy as np

from energy.allocation.shapley import shapley
from infra.inventory.energy_policy import PoolCurve

LIMIT_S, REPEAT, TENANTS, FEW = 0.001, 201, 10_000, 16
CURVE = PoolCurve(fixed_w=220, linear=0.018, quadratic_per_w=9e-7, cubic_per_w2=1e-12)


def cost(load: float) -> float:
    return CURVE.fixed_w + CURVE.linear * load + CURVE.quadratic_per_w * load**2 + CURVE.cubic_per_w2 * load**3


def by_definition(loads: list[float]) -> list[float]:
    """Return the values from all sets of the others: 2^n of them."""
    values = []
    for player, own in enumerate(loads):
        others = loads[:player] + loads[player + 1:]
        value = 0.0
        for size in range(len(loads)):
            weight = 1 / (len(loads) * comb(len(loads) - 1, size))
            for before in combinations(others, size):
                load = sum(before)
                value += weight * (cost(load + own) - (cost(load) if before else 0.0))
        values.append(value)
    return values


def main() -> None:
    os.sched_setaffinity(0, {0})
    loads = np.random.default_rng(1).uniform(1, 4000, TENANTS)
    shapley(loads, CURVE)
    runs = []
    for _ in range(REPEAT):
        began = time.perf_counter()
        shapley(loads, CURVE)
        runs.append(time.perf_counter() - began)
    few = loads[:FEW]
    began = time.perf_counter()
    expected = by_definition(few.tolist())
    definition_s = time.perf_counter() - began
    worst = float(np.max(np.abs(shapley(few, CURVE) / np.array(expected) - 1)))
    median = statistics.median(runs)
    print(json.dumps({
        "benchmark": "shapley", "repeat": REPEAT, "tenants": TENANTS, "seconds": round(median, 6),
        "worst_seconds": round(max(runs), 6), "limit_s": LIMIT_S, "within_limit": median <= LIMIT_S,
        "definition": {"tenants": FEW, "seconds": round(definition_s, 2), "worst_relative_difference": worst},
    }))


if __name__ == "__main__":
    main()
