"""The small site of the hand-computed tests, and readings for it made of constant watts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from energy.allocation.result import Allocation, Component
from energy.carbon.factors import FactorRow, FactorSeries
from energy.interval import SETTLEMENT_S, Period
from energy.quality import Quality
from energy.readings.meters import MeterReadings
from energy.readings.use import NodeUse, Use
from infra.inventory.load import load_site
from infra.inventory.site import Site

SMALL_FILE = Path(__file__).parent / "small_site.yaml"

# Mean watts of each meter in every interval.
WATTS = {
    "facility": 700, "genset-out": 0, "plant": 126, "crah-in": 52, "cdu-in": 12, "tank-in": 12,
    "ups-a-in": 198, "ups-a-out": 180, "ups-b-in": 336, "ups-b-out": 320,
    "o-a-n1": 120, "o-b-n1": 80, "o-a-n2": 60, "o-b-n3": 240,
}

# node -> account -> (cores busy, GPUs busy, cores reserved, GPUs reserved)
USED = {
    "n1": {"alpha": (3, 0, 5, 0), "beta": (1, 0, 2.5, 0)},
    "n2": {"_platform": (1, 0, 2, 0)},
    "n3": {"alpha": (2, 0, 5, 0), "beta": (0, 0.8, 0, 1)},
}


def small_site() -> Site:
    return load_site(SMALL_FILE)


def constant_readings(period: Period, **watts: float) -> MeterReadings:
    """Return readings of constant power, `WATTS` but for what `watts` changes (`_` for `-` in a meter's name)."""
    changed = {**WATTS, **{name.replace("_", "-"): value for name, value in watts.items()}}
    return MeterReadings(period, {name: np.full(period.count, round(value * SETTLEMENT_S), dtype=np.int64)
                                  for name, value in changed.items()}, {})


def constant_use(period: Period, used: Mapping[str, Mapping[str, tuple[float, float, float, float]]] = USED) -> Use:
    """Return constant use and reservations."""
    nodes = {}
    for node, accounts in used.items():
        rows = [{account: np.full(period.count, float(amounts[position])) for account, amounts in accounts.items()}
                for position in range(4)]
        busy, gpus, cores, boards = rows
        nodes[node] = NodeUse(
            cpu_used_s={account: amount * SETTLEMENT_S for account, amount in busy.items()},
            gpu_used_s={account: amount * SETTLEMENT_S for account, amount in gpus.items() if amount.any()},
            cpu_reserved=cores, gpu_reserved={account: amount for account, amount in boards.items() if amount.any()})
    return Use(period, nodes)


def mean_w(allocation: Allocation, account: str, component: Component, zone: str | None = None) -> float:
    """Return the mean power [W] of an account's component over the period."""
    shares = allocation.shares[component]
    rows = [row for row, holder in enumerate(shares.holders)
            if holder.account == account and zone in (None, holder.zone)]
    return float(shares.energy_j[rows].sum()) / (SETTLEMENT_S * allocation.closure.period.count)


def total_w(allocation: Allocation, account: str) -> float:
    """Return the mean power [W] of all that an account bears."""
    return sum(mean_w(allocation, account, component) for component in Component)


def flat_factors(period: Period, first_g: int = 50, second_g: int = 100) -> FactorSeries:
    """Return factors of `first_g` in the first half of the period and `second_g` in the second [g/kWh]."""
    from datetime import date

    row = FactorRow(id="flat", grid="FR", title="Flat", publisher="nobody", licence="none", unit="gCO2/kWh",
                    scope="made for a test", method="location-based", valid_from=date(2012, 1, 1),
                    valid_to=date(2013, 1, 1), timezone="Europe/Paris", archive="none")
    halves = np.where(np.arange(period.count) < period.count // 2, first_g, second_g).astype(np.int64)
    return FactorSeries(row, halves, {Quality.MEASURED: period.count})
