"""Verification: the chain, every part, every law, and each close made again from its inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from energy.closing.day_parts import day_of
from energy.closing.days import days_of
from energy.closing.keeping import SITE, site_from
from energy.closing.kept_day import KeptDay
from energy.closing.load import period_of_close, settled_of
from energy.closing.made_month import MadeMonth
from energy.closing.replay import replayed
from energy.closing.settled_period import SettledPeriod
from energy.errors import EnergyError
from energy.graph.feeds import feeds_of
from energy.ledger.belief import believed
from energy.ledger.book import Ledger
from energy.ledger.manifest import GENESIS, Close
from energy.ledger.parts import Parts
from energy.readings.names import FREE, PLATFORM, RESIDUAL
from energy.report.site_pue import site_pue
from energy.units import Joules
from infra.inventory.errors import N_, Detail

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Verification:
    """What was looked at, what is wrong, and the hash to write down: with it a cut end of the chain is found too.

    `same_bytes` counts the replayed closes whose every part came out byte for byte; others gave the same figures under
    other versions of the software.
    """

    closes: int
    parts: int
    replayed: int
    same_bytes: int
    head: str
    faults: tuple[Detail, ...]


def verify(ledger: Ledger, folder: Path | None = None, progress: Progress = lambda _done, _total, _month: None,
           expected_head: str = "") -> Verification:
    """Return what is right and wrong with a ledger. Nothing is written. No fault is raised: all are listed."""
    try:
        chain = ledger.closes()
    except EnergyError as fault:
        return Verification(0, 0, 0, 0, "", (_detail(fault),))
    names = sorted({name for close in chain for name in _names(close)})
    faults = [*_unreadable(ledger.parts, names), *_head(chain, expected_head)]
    broken = {fault.where for fault in faults}
    same = again = 0
    for number, close in enumerate(chain):
        progress(number, len(chain), close.month)
        if any(str(ledger.parts.path(name)) in broken for name in _names(close)):
            continue
        found, bytes_too = _checked(ledger.parts, close, folder)
        faults += found
        again += 1
        same += bytes_too
    return Verification(len(chain), len(names), again, same, chain[-1].digest if chain else GENESIS, tuple(faults))


def _names(close: Close) -> Iterator[str]:
    yield from close.parts.values()
    for day in close.days:
        yield from day.inputs.values()
        yield from day.settled.values()


def _unreadable(parts: Parts, names: list[str]) -> Iterator[Detail]:
    for name in names:
        try:
            parts.content(name)
        except EnergyError as fault:
            yield _detail(fault)


def _head(chain: list[Close], expected: str) -> Iterator[Detail]:
    if expected and expected not in [GENESIS, *(close.digest for close in chain)]:
        yield Detail("closes", N_("no close has the hash {head} that was written down: the end of the chain is cut or "
                                  "was made anew"), {"head": expected})


def _checked(parts: Parts, close: Close, folder: Path | None) -> tuple[list[Detail], bool]:
    where = f"{close.sequence:05d}-{close.month}"
    try:
        with believed(close):
            faults = list(_laws(parts, close, where))
            made, shadow = replayed(parts, close, folder)
            differing = list(_differing(close, made))
            other = [name for name, old, new in differing if not parts.get(old).equals(shadow.get(new))]
    except EnergyError as fault:
        return [_detail(fault)], False
    faults += [Detail(f"{where}: {name}", N_("replayed from its inputs, it comes out otherwise")) for name in other]
    return faults, not differing


def _differing(close: Close, made: MadeMonth) -> Iterator[tuple[str, str, str]]:
    """Yield (what, its name in the close, its name now) for every part that came out with other bytes."""
    for name, part in close.parts.items():
        if made.parts[name] != part:
            yield name, part, made.parts[name]
    for before, now in zip(close.days, made.days, strict=True):
        for kind, part in {**before.inputs, **before.settled}.items():
            again = {**now.inputs, **now.settled}[kind]
            if again != part:
                yield f"{before.day} {kind}", part, again


def _laws(parts: Parts, close: Close, where: str) -> Iterator[Detail]:
    site, period = site_from(parts, close.parts[SITE]), period_of_close(close)
    kept = {day.day: day for day in close.days}
    days = [day_of(parts, kept[name], part, feeds_of(site)) for name, part in days_of(period, site.zone_info)]
    settled = settled_of(parts, close)
    for law, holds in (("I1", _lines_are_the_meter(days, settled)), ("I8", _full_cost_is_whole(days)),
                       ("I5", _nothing_is_negative(days)), ("I7", _categories_in_order(settled))):
        if not holds:
            yield Detail(where, N_("law {law} of the method does not hold"), {"law": law})


def _lines_are_the_meter(days: list[KeptDay], settled: SettledPeriod) -> bool:
    facility_j = sum(int(day.closure.facility_j.sum()) for day in days)
    lines_j = sum(int(shares.energy_j.sum()) for day in days for shares in day.shares.values())
    summed_j = sum(int(shares.energy_j.sum()) for shares in settled.sums.shares.values())
    return facility_j == lines_j == summed_j == int(settled.sums.closure.facility_j.sum())


def _full_cost_is_whole(days: list[KeptDay]) -> bool:
    """Return whether in each interval tenants bear all of a virtual account, or none of it for want of anybody."""
    for day in days:
        for account, rows_j in ((FREE, day.spread.free_j), (PLATFORM, day.spread.platform_j),
                                (RESIDUAL, day.spread.residual_j)):
            borne_j, whole_j = rows_j.sum(axis=0), _account_j(day, account)
            if not ((borne_j == whole_j) | (borne_j == 0)).all():
                return False
    return True


def _account_j(day: KeptDay, account: str) -> Joules:
    total = np.zeros(day.period.count, dtype=np.int64)
    for shares in day.shares.values():
        rows = [row for row, holder in enumerate(shares.holders) if holder.account == account]
        total = total + shares.energy_j[rows].sum(axis=0)
    return total


def _nothing_is_negative(days: list[KeptDay]) -> bool:
    return all((shares.energy_j >= 0).all() or component == "closure"
               for day in days for component, shares in day.shares.items())


def _categories_in_order(settled: SettledPeriod) -> bool:
    values = [ratio.value for ratio in site_pue(settled.site, settled.sums.closure, settled.period)]
    return bool(np.all(np.diff(values) >= 0))


def _detail(fault: EnergyError) -> Detail:
    return Detail(fault.where, fault.what, dict(fault.figures))
