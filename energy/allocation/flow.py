"""Energy that passes a point of the feeds, by holder, kept for those holders only that draw any there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from energy.units import Joules

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Flow:
    """Joules [len(rows), intervals]; `rows` are numbers of holders, rising. A site of 2,000 outlets and 1,000 tenants
    has a few holders on each outlet, so that a day of all of them fits in memory.
    """

    rows: Rows
    energy_j: Joules

    def over(self, height: int) -> Joules:
        """Return the energy over all `height` holders."""
        whole = np.zeros((height, self.energy_j.shape[1]), dtype=np.int64)
        whole[self.rows] = self.energy_j
        return whole

    def onto(self, whole: Joules) -> None:
        """Add the energy to a table of all holders."""
        whole[self.rows] += self.energy_j

    def rows_at(self, rows: Rows) -> Joules:
        """Return the energy of the holders `rows`, zero for those that draw nothing here."""
        found = np.zeros((len(rows), self.energy_j.shape[1]), dtype=np.int64)
        mine = np.isin(self.rows, rows)
        found[np.searchsorted(rows, self.rows[mine])] = self.energy_j[mine]
        return found


def everybody(energy_j: Joules) -> Flow:
    """Return a whole table as a flow of its rows that draw anything."""
    rows = np.flatnonzero(energy_j.any(axis=1))
    return Flow(rows, energy_j[rows])


def together(flows: Sequence[Flow], intervals: int) -> Flow:
    """Return the sum of flows; of none, nobody's nothing."""
    if len(flows) == 1:
        return flows[0]
    rows = np.unique(np.concatenate([flow.rows for flow in flows])) if flows else np.zeros(0, dtype=np.int64)
    energy_j = np.zeros((len(rows), intervals), dtype=np.int64)
    for flow in flows:
        energy_j[np.searchsorted(rows, flow.rows)] += flow.energy_j
    return Flow(rows, energy_j)
