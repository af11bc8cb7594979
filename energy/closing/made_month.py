"""A month made into parts: the same inputs give the same names, on any machine and in any order of the days."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from energy.allocation.baseline import Baselines
from energy.allocation.fit import fit_baselines
from energy.allocation.full_cost import full_cost
from energy.allocation.settle import settle
from energy.closing.day_parts import day_of, put_inputs, put_settled
from energy.closing.inputs import MonthInputs
from energy.closing.keeping import BASELINES, SITE, month_parts, site_part
from energy.closing.kept_day import KeptDay, kept_day
from energy.closing.month_sums import sums_of
from energy.closing.period_carbon import FactorSource
from energy.closing.rejoined import span_of
from energy.closing.settled_day import DayInputs
from energy.closing.settled_period import SettledPeriod, period_of
from energy.graph.feeds import feeds_of
from energy.graph.impossible import refuse_impossible
from energy.ledger.manifest import Close, Day
from energy.ledger.parts import Parts
from energy.ledger.telemetry_table import baselines_table
from energy.method import METHOD_VERSION
from energy.readings.names import VIRTUAL_ACCOUNTS
from infra.inventory.site import Site

SPAN_DAYS = 7
SPAN_CELLS = 300_000  # holders times intervals at once: a site of thousands of holders goes day by day
DAY = 96
Settler = Callable[[Site, Baselines, Sequence[DayInputs]], Iterator[KeptDay]]
Progress = Callable[[int, int], None]


def unheard(_done: int, _total: int) -> None:
    """Hear nothing of the progress."""


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


@dataclass(frozen=True)
class Work:
    """How a month is made: who settles its days (in any order), who hears of it, and the close whose days may stand."""

    settler: Settler = settle_in_turn
    progress: Progress = unheard
    before: Close | None = None


@dataclass(frozen=True)
class MadeMonth:
    """The names of a month's parts, by day and of the whole; `settled_anew` are the days that did not stand."""

    days: tuple[Day, ...]
    parts: Mapping[str, str]
    period: SettledPeriod
    settled_anew: tuple[str, ...]


def software() -> dict[str, str]:
    """Return the versions that bytes depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in ("estran", "numpy", "pyarrow")}}


def settle_month(parts: Parts, site: Site, inputs: MonthInputs, factors: FactorSource, work: Work) -> MadeMonth:
    """Return a month whose parts are all kept. Raises StorageError, and what settling and factors raise."""
    baselines = fit_baselines(site, inputs.readings, inputs.use, inputs.telemetry)
    fixed = {SITE: site_part(parts, site), BASELINES: parts.put(baselines_table(baselines))}
    by_day = list(inputs.days(site.zone_info))
    names = {day.day: put_inputs(parts, day) for day in by_day}
    standing = _standing(work.before, fixed)
    found = {day: standing[day] for day in names if day in standing and standing[day].inputs == names[day]}
    todo = [day for day in by_day if day.day not in found]
    work.progress(len(found), len(by_day))
    for kept in work.settler(site, baselines, todo):
        found[kept.day] = Day(day=kept.day, inputs=names[kept.day], settled=put_settled(parts, kept))
        work.progress(len(found), len(by_day))
    feeds = feeds_of(site)
    kept_days = [day_of(parts, found[day.day], day.period, feeds) for day in by_day]
    refuse_impossible(site, sums_of(kept_days, inputs.period).closure)
    period = period_of(site, inputs, kept_days, baselines, factors)
    return MadeMonth(tuple(found[day.day] for day in by_day), {**fixed, **month_parts(parts, period)}, period,
                     tuple(day.day for day in todo))


def _standing(before: Close | None, fixed: Mapping[str, str]) -> dict[str, Day]:
    """Return the days of the close before that need no settling when their inputs are the same."""
    if before is None or before.method_version != METHOD_VERSION or before.software != software():
        return {}
    same = all(before.parts.get(name) == part for name, part in fixed.items())
    return {day.day: day for day in before.days} if same else {}
