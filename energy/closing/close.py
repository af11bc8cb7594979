"""The close of a month: open, provisional, closed, restated. Inputs and results go to the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from energy.closing.delta import Delta, delta_of
from energy.closing.in_turn import Settler, settle_in_turn
from energy.closing.inputs import MonthInputs
from energy.closing.keeping import account_figures, facts_document, policy_of
from energy.closing.made_month import MadeMonth, Progress, Work, settle_month, software, unheard
from energy.closing.period_carbon import FactorSource
from energy.closing.settled_period import SettledPeriod
from energy.errors import RefusedError
from energy.ledger.book import Ledger
from energy.ledger.manifest import GENESIS, Close, State
from energy.ledger.parts import Parts
from energy.ledger.shadow import Shadow
from energy.method import METHOD_VERSION
from infra.inventory.errors import N_
from infra.inventory.site import Site


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


class Closing:
    """One close of one month; made for one use, inside `ledger.writing()`."""

    def __init__(self, site: Site, ledger: Ledger, inputs: MonthInputs, factors: FactorSource) -> None:
        self._site, self._ledger, self._inputs, self._factors = site, ledger, inputs, factors
        self._parts: Parts = ledger.parts
        self._chain = ledger.closes()
        self._before = next((close for close in reversed(self._chain) if close.month == inputs.month), None)

    def run(self, intent: Intent, settler: Settler = settle_in_turn, progress: Progress = unheard) -> Outcome:
        """Return what closing comes to; nothing is in force before its last step, so a killed run changes nothing.

        Raises RefusedError (figures that bind would change materially and no reason is given; a final close over
        readings that are not whole), StorageError, and what settling and factors raise.
        """
        self._refuse_final(intent)
        self._parts = Shadow(self._ledger.parts.folder) if intent.dry_run else self._ledger.parts
        made = settle_month(self._parts, self._site, self._inputs, self._factors,
                            Work(settler, progress, self._before))
        return self._decide(intent, self._draft(made), made.period, made.settled_anew)

    def _refuse_final(self, intent: Intent) -> None:
        if (intent.final or intent.restate) and self._inputs.allowed:
            raise RefusedError(
                N_("figures that bind can't be made while something was let pass: {allowed}"), where=self._inputs.month,
                allowed=", ".join(self._inputs.allowed),
                remedy=N_("close provisionally (without --final), complete the readings, then close again"))

    def _draft(self, made: MadeMonth) -> Close:
        end = self._chain[-1].digest if self._chain else GENESIS
        return Close(site=self._site.id, month=self._inputs.month, sequence=len(self._chain) + 1, previous=end,
                     state=State.PROVISIONAL, reason="", method_version=METHOD_VERSION, software=software(),
                     policy=policy_of(self._site, self._factors), days=made.days, parts=dict(made.parts),
                     facts=facts_document(made.period))

    def _decide(self, intent: Intent, draft: Close, period: SettledPeriod, settled: tuple[str, ...]) -> Outcome:
        before = self._before
        binding = before is not None and before.state.is_final
        wanted = State.CLOSED if intent.final else State.PROVISIONAL
        delta = None
        if before is not None:
            delta = delta_of(account_figures(self._parts, before), account_figures(self._parts, draft),
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
        N_("{month} is closed, and its figures would change: {count} lines, '{account}' by {share} % (material from "
           "{limit} %)"), where=month, month=month, count=len(delta.lines), account=worst.account,
        share=f"{100 * worst.share:.3g}", limit=f"{100 * delta.threshold:.3g}",
        remedy=N_("look at them with --dry-run, then run again with --restate and the reason"))
