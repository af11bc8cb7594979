"""A shorter period as a slice of a longer one's intervals."""

from __future__ import annotations

from energy.errors import EnergyError
from energy.interval import SETTLEMENT_S, Period
from infra.inventory.errors import N_


def part_of(whole: Period, part: Period) -> slice:
    """Return where the intervals of `part` lie among those of `whole`. Raises EnergyError when it reaches outside."""
    if part.start < whole.start or part.end > whole.end:
        raise EnergyError(N_("the period {start} to {end} is not within the readings, {first} to {last}"),
                          start=part.start.isoformat(), end=part.end.isoformat(), first=whole.start.isoformat(),
                          last=whole.end.isoformat(), remedy=N_("read a longer period first"))
    first = int((part.start - whole.start).total_seconds()) // SETTLEMENT_S
    return slice(first, first + part.count)
