"""Scope 2, market-based, matched by the hour: m(h) = min(load(h), instrument(h)); the rest takes the residual mix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np

from energy.allocation.apportion import apportion
from energy.carbon.factor_register import Factor
from energy.carbon.grid_books import Supplied, used
from energy.carbon.instrument_flow import flow_j
from energy.carbon.quanta import MG_PER_G, weigh
from energy.carbon.statement import Book, BookName, FactorUse, Remark
from energy.interval import Period
from energy.units import J_PER_KWH, Joules
from infra.inventory.carbon import Instrument
from infra.inventory.errors import N_

_HOUR_S = 3600


@dataclass(frozen=True)
class Part:
    """A part of an instrument: for one line, or for every line (`line` empty). `rate` in mg per kWh."""

    instrument: str
    line: str
    supply_j: Joules
    rate: int


@dataclass
class Matching:
    """Energy [J] by line and hour: what is left to match, and what each instrument covered."""

    names: tuple[str, ...]
    left_j: Joules
    covered: dict[str, Joules] = field(default_factory=dict)
    surplus_j: dict[str, int] = field(default_factory=dict)

    def match(self, part: Part) -> None:
        """Cover as much load as the part has in each hour; what is over in an hour is not carried to another."""
        load_j = np.maximum(self.left_j, 0)
        if part.line:
            load_j = load_j * np.array([[name == part.line] for name in self.names], dtype=np.int64)
        matched_j = np.minimum(load_j.sum(axis=0), part.supply_j)
        shares_j, _nobody_j = apportion(matched_j, load_j)
        self.left_j = self.left_j - shares_j
        before = self.covered.get(part.instrument)
        self.covered[part.instrument] = shares_j if before is None else before + shares_j
        self.surplus_j[part.instrument] = (self.surplus_j.get(part.instrument, 0)
                                           + int((part.supply_j - matched_j).sum()))


def market_book(parts: Supplied, period: Period, instruments: Mapping[str, Instrument], residual: Factor,
                grid: str, zone: ZoneInfo) -> Book:
    """Return the market-based book: tenants' own parts first, then what serves every line, then the residual mix.

    An instrument counts as far as its guarantees are retired, on its own grid; why one does not count is a remark.
    """
    names = tuple(sorted(parts.grid_j))
    hours = np.flatnonzero(np.diff(period.starts_s // _HOUR_S, prepend=-1))
    load_j = np.add.reduceat(np.stack([parts.grid_j[name] for name in names]), hours, axis=1)
    matching, remarks = Matching(names, load_j), list(_refused(instruments, grid))
    counting = {name: each for name, each in sorted(instruments.items()) if each.certified_kwh and each.grid == grid}
    offered = [part for name, each in counting.items() for part in _parts(name, each, period, zone, hours)]
    for part in sorted(offered, key=lambda part: (not part.line, part.instrument, part.line)):
        matching.match(part)
    rates = {part.instrument: part.rate for part in offered}
    remarks += [Remark(N_("instrument '{instrument}': {kwh} kWh of the period met no load in their hour and are lost"),
                       {"instrument": name, "kwh": round(over_j / J_PER_KWH)})
                for name, over_j in matching.surplus_j.items() if over_j >= J_PER_KWH]
    quanta = {name: weigh(matching.left_j[row], residual.in_mg())
              + sum(weigh(covered_j[row], rates[each]) for each, covered_j in matching.covered.items())
              for row, name in enumerate(names)}
    covered = sum((each.sum(axis=0) for each in matching.covered.values()), np.zeros(len(hours), dtype=np.int64))
    total = weigh(load_j.sum(axis=0) - covered, residual.in_mg()) + sum(
        weigh(each.sum(axis=0), rates[name]) for name, each in matching.covered.items())
    factors = (used(residual), *(_stated(name, counting[name]) for name in matching.covered))
    return Book(BookName.MARKET, quanta, total, factors, tuple(remarks))


def _parts(name: str, instrument: Instrument, period: Period, zone: ZoneInfo, hours: Joules) -> Iterator[Part]:
    """Yield an instrument's parts. Where fewer kWh are certified than bought, each part shrinks alike."""
    rate = round(instrument.gco2e_per_kwh * MG_PER_G)
    certified, volume = instrument.certified_kwh, instrument.volume_kwh
    given = {line: kwh * certified // volume for line, kwh in sorted(instrument.tenants.items())}
    for line, kwh in (*given.items(), ("", certified - sum(given.values()))):
        if kwh:
            supply_j = np.add.reduceat(flow_j(kwh, instrument, period, zone), hours)
            if supply_j.any():
                yield Part(name, line, supply_j, rate)


def _refused(instruments: Mapping[str, Instrument], grid: str) -> Iterator[Remark]:
    for name, each in sorted(instruments.items()):
        if each.grid != grid:
            yield Remark(N_("instrument '{instrument}' is of grid {other}: it can't be delivered on {grid}"),
                         {"instrument": name, "other": each.grid, "grid": grid})
        elif each.certified_kwh < each.volume_kwh:
            yield Remark(N_("instrument '{instrument}': {kwh} kWh of {volume} kWh have no retired guarantee and do "
                            "not count"), {"instrument": name, "kwh": each.volume_kwh - each.certified_kwh,
                                           "volume": each.volume_kwh})


def _stated(name: str, instrument: Instrument) -> FactorUse:
    return FactorUse(name, "gCO2e/kWh", instrument.gco2e_per_kwh, "site file, carbon.instruments", "-",
                     f"{instrument.kind}, {instrument.technology}", f"{instrument.since.year}", verified=False)
