"""A month of the plant as the readings of the energy room, without any server: for error tables and quick trials.

`gains` is what a meter counts over what passes it: 1.01 is a meter that reads 1 % high.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from energy.interval import SETTLEMENT_S
from energy.readings.counter import energy_between
from energy.readings.meters import MeterReadings
from energy.readings.use import NodeUse, Use
from energy.units import joules_from_counter
from lab.plant.clock import STEP_S, Series
from lab.plant.model import PlantMonth

MINUTES = SETTLEMENT_S // STEP_S


def readings_of(month: PlantMonth, gains: Mapping[str, float] | None = None) -> MeterReadings:
    """Return what each meter counted per interval [J]."""
    energies = {}
    for name, register in month.registers.items():
        edges_j = joules_from_counter(register[::MINUTES], month.site.meters[name].unit)
        counted_j = (edges_j - edges_j[0]) * (gains or {}).get(name, 1.0)
        energies[name], _fell = energy_between(counted_j)
    return MeterReadings(month.period, energies, {})


def use_of(month: PlantMonth) -> Use:
    """Return what each account reserved and, as far as scrapes showed it, used on each node."""
    tables: dict[str, tuple[dict[str, Series], ...]] = {}
    for work in month.workloads:
        amounts = (_summed(work.shown_cores), _summed(work.busy_gpus),
                   np.full(month.period.count, work.reserved_cores),
                   np.full(month.period.count, float(work.reserved_gpus)))
        for table, amount in zip(tables.setdefault(work.node, ({}, {}, {}, {})), amounts, strict=True):
            table[work.account] = table.get(work.account, np.zeros(month.period.count)) + amount
    return Use(month.period, {node: NodeUse(*of_node) for node, of_node in tables.items()})


def _summed(busy: Series) -> Series:
    return np.asarray(busy.reshape(-1, MINUTES).sum(axis=1) * STEP_S, dtype=np.float64)
