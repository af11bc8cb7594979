"""The only place that converts. Energies are whole joules inside, whole watt-hours or kilowatt-hours on a page."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Joules: TypeAlias = npt.NDArray[np.int64]

J_PER_WH = 3_600
WH_PER_KWH = 1_000
J_PER_KWH = J_PER_WH * WH_PER_KWH

# What one step of a counter is worth, by the unit that the site file gives for its meter [J].
JOULES_PER_UNIT = {"J": 1, "Wh": J_PER_WH, "kWh": J_PER_KWH}


def joules_from_counter(values: npt.NDArray[np.float64], unit: str) -> npt.NDArray[np.float64]:
    """Return counter values [unit] in joules, still as floats (NaN where there is no reading)."""
    return values * JOULES_PER_UNIT[unit]


def joules_from_watts(power_w: float, seconds: int) -> int:
    """Return the energy [J] of a constant power [W] over a time [s], to the nearest joule."""
    return round(power_w * seconds)


def wh_from_joules(energy_j: int) -> float:
    """Return an energy [J] in watt-hours."""
    return energy_j / J_PER_WH


def kwh_from_wh(energy_wh: float) -> float:
    """Return an energy [Wh] in kilowatt-hours."""
    return energy_wh / WH_PER_KWH
