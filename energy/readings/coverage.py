"""How much of the energy was measured: a figure of the report, by flag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from energy.readings.flags import Flag, Flags
from energy.units import Joules


@dataclass(frozen=True)
class Coverage:
    """Cells (meter and interval) and their energy [J, without sign], by flag."""

    cells: Mapping[Flag, int]
    energy_j: Mapping[Flag, int]

    def share(self, flag: Flag) -> float:
        """Return the part of the energy that bears `flag` (of the cells where there is no energy at all), 0 to 1."""
        counted = self.energy_j if any(self.energy_j.values()) else self.cells
        total = sum(counted.values())
        return counted[flag] / total if total else 0.0


def coverage_of(rows: Iterable[tuple[Joules, Flags]]) -> Coverage:
    """Return the coverage of rows of cells."""
    cells, energy_j = dict.fromkeys(Flag, 0), dict.fromkeys(Flag, 0)
    for row_j, flags in rows:
        size_j = np.abs(row_j)
        for flag in Flag:
            chosen = flags == flag
            cells[flag] += int(chosen.sum())
            energy_j[flag] += int(size_j[chosen].sum())
    return Coverage(cells, energy_j)
