"""How each cell (meter, interval) came to be: one small number that travels with the joules."""

from __future__ import annotations

from enum import IntEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from energy.quality import Quality

Flags: TypeAlias = npt.NDArray[np.uint8]


class Flag(IntEnum):
    """From the surest to the least sure; the worst flag of several is the greatest."""

    MEASURED = 0
    BRIDGED = 1
    DERIVED = 2
    ESTIMATED = 3
    MISSING = 4

    @property
    def word(self) -> str:
        """Return the flag's name in data files."""
        return self.name.lower()


MEASURED, BRIDGED, DERIVED, ESTIMATED, MISSING = (np.uint8(flag) for flag in Flag)

QUALITY = {Flag.MEASURED: Quality.MEASURED, Flag.BRIDGED: Quality.BRIDGED, Flag.DERIVED: Quality.DERIVED,
           Flag.ESTIMATED: Quality.ESTIMATED}


def all_measured(count: int) -> Flags:
    """Return the flags of `count` measured cells."""
    return np.zeros(count, dtype=np.uint8)


def worst(flags: Flags) -> Flag:
    """Return the least sure flag of some cells; MEASURED when there is none."""
    return Flag(int(flags.max(initial=0)))


def quality_of(flags: Flags) -> Quality:
    """Return the quality of a sum over cells: that of its least sure cell. Raises KeyError when one is missing."""
    return QUALITY[worst(flags)]
