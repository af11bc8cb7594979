"""Outdoor temperature by the sea: season, day, and weather that lasts some hours. Invented, not a record."""

from __future__ import annotations

import numpy as np

from lab.plant.clock import Clock, Series
from lab.plant.noise import noise

YEAR_MEAN_C = 12.8
SEASON_C = 6.8
DAY_C = 3.2
WEATHER_C = 2.5


def outdoor_c(clock: Clock, seed: str) -> Series:
    """Return the outdoor temperature [°C] at each minute: warmest in early August and at 15:00."""
    season = SEASON_C * np.cos(2 * np.pi * (clock.day_of_year - 215) / 365.25)
    day = DAY_C * np.cos(2 * np.pi * (clock.hour - 15) / 24)
    weather = WEATHER_C * noise(f"{seed}/weather", clock.count, smooth_minutes=720)
    return np.asarray(YEAR_MEAN_C + season + day + weather, dtype=np.float64)
