"""What one register counted, before other meters are looked at."""

from __future__ import annotations

from dataclasses import dataclass

from energy.readings.flags import Flags
from energy.units import Joules


@dataclass(frozen=True)
class Row:
    """Joules and flags per interval; `held`: spans of intervals [from, to) whose total is known, but not its shape."""

    energy_j: Joules
    flags: Flags
    held: tuple[tuple[int, int], ...]
