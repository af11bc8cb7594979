"""A month made into parts: the same inputs give the same names, on any machine and in any order of the days."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version

from energy.allocation.fit import fit_baselines
from energy.closing.day_parts import day_of, put_inputs, put_settled
from energy.closing.in_turn import Settler, settle_in_turn
from energy.closing.inputs import MonthInputs
from energy.closing.keeping import BASELINES, SITE, month_parts, site_part
from energy.closing.month_sums import sums_of
from energy.closing.period_carbon import FactorSource
from energy.closing.settled_period import SettledPeriod, period_of
from energy.graph.feeds import feeds_of
from energy.graph.impossible import refuse_impossible
from energy.ledger.manifest import Close, Day
from energy.ledger.parts import Parts
from energy.ledger.telemetry_table import baselines_table
from energy.method import METHOD_VERSION
from infra.inventory.site import Site

Progress = Callable[[int, int], None]


def unheard(_done: int, _total: int) -> None:
    """Hear nothing of the progress."""


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
    sums = sums_of(kept_days, inputs.period)
    refuse_impossible(site, sums.closure)
    period = period_of(site, inputs, kept_days, sums, baselines, factors)
    return MadeMonth(tuple(found[day.day] for day in by_day), {**fixed, **month_parts(parts, period)}, period,
                     tuple(day.day for day in todo))


def _standing(before: Close | None, fixed: Mapping[str, str]) -> dict[str, Day]:
    """Return the days of the close before that need no settling when their inputs are the same."""
    if before is None or before.method_version != METHOD_VERSION or before.software != software():
        return {}
    same = all(before.parts.get(name) == part for name, part in fixed.items())
    return {day.day: day for day in before.days} if same else {}
