"""The close of a month: open, provisional, closed, restated. Inputs and results go to the ledger."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from energy.allocation.baseline import Baselines
from energy.allocation.fit import fit_baselines
from energy.closing.day_parts import day_of, put_inputs, put_settled
from energy.closing.delta import Delta, delta_of
from energy.closing.inputs import MonthInputs
from energy.closing.keeping import account_figures, facts_document, month_parts, policy_of, site_part
from energy.closing.kept_day import KeptDay
from energy.closing.period_carbon import FactorSource
from energy.closing.settled_day import DayInputs, settle_day
from energy.closing.settled_period import METHOD_VERSION, SettledPeriod, period_of
from energy.errors import RefusedError
from energy.graph.feeds import feeds_of
from energy.ledger.book import Ledger
from energy.ledger.manifest import GENESIS, Close, Day, State
from energy.ledger.telemetry_table import baselines_table
from infra.inventory.errors import N_
from infra.inventory.site import Site

Settler = Callable[[Site, Baselines, Sequence[DayInputs]], Iterator[KeptDay]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Intent:
    """What a person wants: figures that bind (`final`), or to replace ones that do (`restate`, with the reason)."""

    final: bool = False
    restate: str = ""
    dry_run: bool = False


@dataclass(frozen=True)
class Outcome:
    """`close` is in force afterwards; `written` says whether it is new. `delta`: against the close before, if any."""

    close: Close
    written: bool
    period: SettledPeriod
    delta: Delta | None
    days_settled: int


def settle_in_turn(site: Site, baselines: Baselines, days: Sequence[DayInputs]) -> Iterator[KeptDay]:
    """Yield the days settled one after the other in this process."""
    return (settle_day(site, day, baselines) for day in days)


def software() -> dict[str, str]:
    """Return the versions that bytes depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in ("estran", "numpy", "pyarrow")}}


class Closing:
    """One close of one month; made for one use, inside `ledger.writing()`."""

    def __init__(self, site: Site, ledger: Ledger, inputs: MonthInputs, factors: FactorSource) -> None:
        self._site, self._ledger, self._inputs, self._factors = site, ledger, inputs, factors
        self._chain = ledger.closes()
        self._before = next((close for close in reversed(self._chain) if close.month == inputs.month), None)

    def run(self, intent: Intent, settler: Settler = settle_in_turn,
            progress: Progress = lambda _done, _total: None) -> Outcome:
        """Return what closing comes to; nothing is in force before its last step, so a killed run changes nothing.

        Raises RefusedError (figures that bind would change materially and no reason is given; a final close over
        readings that are not whole), StorageError, and what settling and factors raise.
        """
        self._refuse_final(intent)
        baselines = fit_baselines(self._site, self._inputs.readings, self._inputs.use, self._inputs.telemetry)
        fixed = {"site": site_part(self._ledger.parts, self._site),
                 "baselines": self._ledger.parts.put(baselines_table(baselines))}
        days, settled = self._days(baselines, fixed, settler, progress)
        kept = [day_of(self._ledger.parts, day, part.period, feeds_of(self._site))
                for day, part in zip(days, self._inputs.days(self._site.zone_info), strict=True)]
        period = period_of(self._site, self._inputs, kept, baselines, self._factors)
        draft = self._draft(tuple(days), {**fixed, **month_parts(self._ledger.parts, period)}, period)
        return self._decide(intent, draft, period, tuple(settled))

    def _refuse_final(self, intent: Intent) -> None:
        if (intent.final or intent.restate) and self._inputs.allowed:
            raise RefusedError(
                N_("figures that bind can't be made while something was let pass: {allowed}"), where=self._inputs.month,
                allowed=", ".join(self._inputs.allowed),
                remedy=N_("close provisionally (without --final), complete the readings, then close again"))

    def _days(self, baselines: Baselines, fixed: Mapping[str, str], settler: Settler,
              progress: Progress) -> tuple[list[Day], list[str]]:
        """Return the month's days, and which of them had to be settled: a day whose inputs did not change stands."""
        inputs = list(self._inputs.days(self._site.zone_info))
        names = {day.day: put_inputs(self._ledger.parts, day) for day in inputs}
        standing = self._standing(fixed)
        found = {day: standing[day] for day in names if day in standing and standing[day].inputs == names[day]}
        todo = [day for day in inputs if day.day not in found]
        progress(len(found), len(inputs))
        for kept in settler(self._site, baselines, todo):
            found[kept.day] = Day(day=kept.day, inputs=names[kept.day], settled=put_settled(self._ledger.parts, kept))
            progress(len(found), len(inputs))
        return [found[day.day] for day in inputs], [day.day for day in todo]

    def _standing(self, fixed: Mapping[str, str]) -> dict[str, Day]:
        before = self._before
        if before is None or before.method_version != METHOD_VERSION or before.software != software():
            return {}
        same = all(before.parts.get(name) == part for name, part in fixed.items())
        return {day.day: day for day in before.days} if same else {}

    def _draft(self, days: tuple[Day, ...], parts: Mapping[str, str], period: SettledPeriod) -> Close:
        end = self._chain[-1].digest if self._chain else GENESIS
        return Close(site=self._site.id, month=self._inputs.month, sequence=len(self._chain) + 1, previous=end,
                     state=State.PROVISIONAL, reason="", method_version=METHOD_VERSION, software=software(),
                     policy=policy_of(self._site, self._factors), days=days, parts=dict(parts),
                     facts=facts_document(period))

    def _decide(self, intent: Intent, draft: Close, period: SettledPeriod, settled: tuple[str, ...]) -> Outcome:
        before = self._before
        binding = before is not None and before.state.is_final
        wanted = State.CLOSED if intent.final else State.PROVISIONAL
        delta = None
        if before is not None:
            delta = delta_of(account_figures(self._ledger.parts, before), account_figures(self._ledger.parts, draft),
                             settled, self._site.energy.materiality)
            if _same(before, draft) and (binding or before.state is wanted):
                return Outcome(before, False, period, delta, len(settled))
        if binding and before is not None and delta is not None:
            if not delta.is_material:
                return Outcome(before, False, period, delta, len(settled))
            if not intent.restate and not intent.dry_run:
                raise _unreasoned(self._inputs.month, delta)
            wanted = State.RESTATED
        close = draft.model_copy(update={"state": wanted, "reason": intent.restate})
        if intent.dry_run:
            return Outcome(close, False, period, delta, len(settled))
        return Outcome(self._ledger.append(close), True, period, delta, len(settled))


def _same(one: Close, other: Close) -> bool:
    """Return whether two closes say the same; the address that readings came from is not what they say."""
    return (one.days, one.parts, one.method_version, one.facts["carbon"]) == (
        other.days, other.parts, other.method_version, other.facts["carbon"])


def _unreasoned(month: str, delta: Delta) -> RefusedError:
    worst = max(delta.lines, key=lambda line: line.share)
    return RefusedError(
        N_("{month} is closed, and its figures would change: {count} lines, '{account}' by {share} %, where {limit} % "
           "is material"), where=month, month=month, count=len(delta.lines), account=worst.account,
        share=f"{100 * worst.share:.3g}", limit=f"{100 * delta.threshold:.3g}",
        remedy=N_("look at them with --dry-run, then run again with --restate and the reason"))
