"""Days settled in this process. Adjoining ones go together, since intervals do not depend on each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from energy.allocation.baseline import Baselines
from energy.allocation.full_cost import full_cost
from energy.allocation.settle import settle
from energy.closing.kept_day import KeptDay, kept_day
from energy.closing.rejoined import span_of
from energy.closing.settled_day import DayInputs
from energy.readings.names import VIRTUAL_ACCOUNTS
from infra.inventory.site import Site

SPAN_DAYS = 7
SPAN_CELLS = 300_000  # holders times intervals at once: a site of thousands of holders goes day by day
DAY = 96
Settler: TypeAlias = Callable[[Site, Baselines, Sequence[DayInputs]], Iterator[KeptDay]]


def settle_in_turn(site: Site, baselines: Baselines, days: Sequence[DayInputs]) -> Iterator[KeptDay]:
    """Yield the days settled in this process, adjoining ones together: intervals do not depend on each other."""
    holders = (len(site.tenants) + len(VIRTUAL_ACCOUNTS)) * len(site.cooling.zones)
    for span in spans(days, max(1, min(SPAN_DAYS, SPAN_CELLS // (holders * DAY)))):
        yield from settle_span(site, span, baselines)


def spans(days: Sequence[DayInputs], longest: int = SPAN_DAYS) -> Iterator[list[DayInputs]]:
    """Yield runs of adjoining days, `longest` at most: what they save is bought with memory."""
    run: list[DayInputs] = []
    for day in days:
        if run and (len(run) == longest or run[-1].period.end != day.period.start):
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def settle_span(site: Site, days: Sequence[DayInputs], baselines: Baselines) -> Iterator[KeptDay]:
    """Yield adjoining days settled at once, each as it would be alone. Raises what `settle` and `full_cost` raise."""
    span = span_of(days)
    allocation = settle(site, span.readings, span.use, baselines, span.telemetry)
    full = full_cost(site, allocation, span.use)
    for day in days:
        yield kept_day(day.day, allocation, full, day.period)
