"""Last resort, only when allowed by name: the same hour of the week before, scaled; else what the nameplate allows."""

from __future__ import annotations

import numpy as np

from energy.interval import SETTLEMENT_S
from energy.readings.flags import BRIDGED, ESTIMATED, MISSING, Flags
from energy.units import Joules
from infra.inventory.site import Site

DAY, WEEK = 96, 672  # intervals


def estimate(energy_j: Joules, flags: Flags, nameplate_w: float) -> tuple[int, int]:
    """Fill missing cells in place; return how many from the week before, and how many from the nameplate."""
    counted = flags <= BRIDGED
    like_last_week, by_nameplate = 0, 0
    for cell in np.flatnonzero(flags == MISSING).tolist():
        if cell >= WEEK and counted[cell - WEEK]:
            energy_j[cell] = round(int(energy_j[cell - WEEK]) * _scale(energy_j, counted, cell))
            like_last_week += 1
        elif nameplate_w > 0:
            energy_j[cell] = round(nameplate_w * SETTLEMENT_S)
            by_nameplate += 1
        else:
            continue
        flags[cell] = ESTIMATED
    return like_last_week, by_nameplate


def _scale(energy_j: Joules, counted: np.ndarray, cell: int) -> float:
    """Return the last counted day before a cell over the same intervals a week earlier; 1: nothing to compare."""
    here = np.arange(max(WEEK, cell - DAY), cell)
    here = here[counted[here] & counted[here - WEEK]] if len(here) else here
    before_j = int(energy_j[here - WEEK].sum()) if len(here) else 0
    return int(energy_j[here].sum()) / before_j if before_j > 0 else 1.0


def nameplate_w(site: Site, place: str, rating_w: float) -> float:
    """Return what the nameplate of a place says [W]: for an outlet, its node's over the node's outlets."""
    for node in site.nodes.values():
        if place in node.outlets:
            return node.power.nameplate_w / len(node.outlets)
    return rating_w
