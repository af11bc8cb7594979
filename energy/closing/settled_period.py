"""A settled period: all that a report, an explanation or a close is made of, whether fresh or out of the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from energy.allocation.baseline import Baselines
from energy.allocation.fit import fit_baselines
from energy.closing.in_turn import settle_in_turn
from energy.closing.inputs import MonthInputs
from energy.closing.kept_day import KeptDay
from energy.closing.month_sums import Sums, by_interval, sums_of
from energy.closing.period_carbon import FactorSource, PeriodCarbon, carbon_books
from energy.closing.reading_facts import ReadingFacts, facts_of
from energy.closing.sureness import Sureness, Work, sureness_of, work_of
from energy.graph.impossible import refuse_impossible
from energy.interval import Period
from energy.ledger.manifest import State
from energy.method import METHOD_VERSION
from infra.inventory.site import Site


@dataclass(frozen=True)
class SettledPeriod:
    """`label` is a month or a year as its reader writes it; `closes` are the digests of the closes it was read from."""

    site: Site
    label: str
    state: State
    sums: Sums
    carbon: PeriodCarbon
    facts: ReadingFacts
    baselines: Baselines
    sureness: Sureness
    work: Mapping[str, Work]
    method_version: str = METHOD_VERSION
    closes: tuple[str, ...] = ()

    @property
    def period(self) -> Period:
        return self.sums.period


def settled_month(site: Site, inputs: MonthInputs, source: FactorSource) -> SettledPeriod:
    """Return a month settled here and now, kept nowhere: its state is open. Raises what settling and factors raise."""
    baselines = fit_baselines(site, inputs.readings, inputs.use, inputs.telemetry)
    days = list(settle_in_turn(site, baselines, list(inputs.days(site.zone_info))))
    sums = sums_of(days, inputs.period)
    refuse_impossible(site, sums.closure)
    return period_of(site, inputs, days, sums, baselines, source)


def period_of(site: Site, inputs: MonthInputs, days: Sequence[KeptDay], sums: Sums, baselines: Baselines,
              source: FactorSource) -> SettledPeriod:
    """Return the settled month made of its days and their sums."""
    carbon = carbon_books(site, inputs, sums, by_interval(days), source)
    return SettledPeriod(site, inputs.month, State.OPEN, sums, carbon, facts_of(inputs), baselines,
                         sureness_of(site, inputs, baselines), work_of(site, inputs, sums))


def joined(periods: Sequence[SettledPeriod], label: str) -> SettledPeriod:
    """Return adjoining periods as one, under the least sure of their states and the last one's site file."""
    order = (State.OPEN, State.PROVISIONAL, State.CLOSED, State.RESTATED)
    last = periods[-1]
    return SettledPeriod(
        last.site, label, min((each.state for each in periods), key=order.index),
        sums_of([each.sums for each in periods], Period(periods[0].period.start, last.period.end)),
        reduce(lambda one, other: one + other, (each.carbon for each in periods)),
        reduce(lambda one, other: one + other, (each.facts for each in periods)), last.baselines,
        _joined_sureness(periods), reduce(_joined_work, (each.work for each in periods)),
        last.method_version, tuple(digest for each in periods for digest in each.closes))


def _joined_sureness(periods: Sequence[SettledPeriod]) -> Sureness:
    found, facility_j = periods[0].sureness, float(periods[0].sums.closure.facility_j.sum())
    for period in periods[1:]:
        more_j = float(period.sums.closure.facility_j.sum())
        found, facility_j = found.joined(period.sureness, (facility_j, more_j)), facility_j + more_j
    return found


def _joined_work(one: Mapping[str, Work], other: Mapping[str, Work]) -> dict[str, Work]:
    nothing = Work(0.0, 0.0, 0.0)
    pairs = {zone: (one.get(zone, nothing), other.get(zone, nothing)) for zone in sorted({*one, *other})}
    return {zone: Work(first.core_s + second.core_s, first.gpu_s + second.gpu_s,
                       max(first.gpu_in_cores, second.gpu_in_cores)) for zone, (first, second) in pairs.items()}
