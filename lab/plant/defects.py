"""Defects of real plants, put into what a meter shows and never into what passes it.

The list is what operators publish about their own data: holes, clocks that lost their time, frozen sensors, pumps that
no meter counts, baselines that shift, registers that start again, wrap or change their unit, and careless scrapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
import numpy.typing as npt

from lab.plant.clock import Series

Times = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Samples:
    """What a series shows: times [ms since 1970], values [the meter's unit], in the order in which they came."""

    times_ms: Times
    values: Series

    def of(self, chosen: npt.NDArray[np.bool_]) -> Samples:
        """Return some of them."""
        return Samples(self.times_ms[chosen], self.values[chosen])


@dataclass(frozen=True)
class Span:
    """From a moment on, for some hours."""

    since: datetime
    hours: float

    def covers(self, samples: Samples) -> npt.NDArray[np.bool_]:
        """Return which samples lie after its start, up to its end included."""
        until = self.since + timedelta(hours=self.hours)
        first_ms, last_ms = (round(moment.timestamp() * 1000) for moment in (self.since, until))
        return (samples.times_ms > first_ms) & (samples.times_ms <= last_ms)


class Defect(Protocol):
    """One defect of one meter."""

    @property
    def meter(self) -> str: ...

    def shown(self, samples: Samples) -> Samples:
        """Return what the meter shows in place of `samples`."""


@dataclass(frozen=True)
class Dropout:
    """No sample for a while; the register counts on."""

    meter: str
    span: Span

    def shown(self, samples: Samples) -> Samples:
        return samples.of(~self.span.covers(samples))


@dataclass(frozen=True)
class LostClock:
    """For a while the logger stamps its samples from 1970 on, a minute each, as after a power cut."""

    meter: str
    span: Span

    def shown(self, samples: Samples) -> Samples:
        lost = self.span.covers(samples)
        times_ms = samples.times_ms.copy()
        times_ms[lost] = np.arange(int(lost.sum())) * 60_000
        return Samples(times_ms, samples.values)


@dataclass(frozen=True)
class Skew:
    """From a moment on the logger's clock is fast by some seconds (slow: below zero)."""

    meter: str
    since: datetime
    seconds: int

    def shown(self, samples: Samples) -> Samples:
        after = samples.times_ms > self.since.timestamp() * 1000
        return Samples(samples.times_ms + 1000 * self.seconds * after, samples.values)


@dataclass(frozen=True)
class Frozen:
    """The same value over and over; after that it shows what it counted meanwhile, or has forgotten it."""

    meter: str
    span: Span
    forgets: bool = False

    def shown(self, samples: Samples) -> Samples:
        still, values = self.span.covers(samples), samples.values.copy()
        if still.any():
            first, last = np.flatnonzero(still)[[0, -1]]
            values[still] = samples.values[max(first - 1, 0)]
            if self.forgets:
                values[last + 1:] -= samples.values[last] - values[last]
        return Samples(samples.times_ms, values)


@dataclass(frozen=True)
class Unwired:
    """A part of what passes the place is not wired through its meter: one of its pumps."""

    meter: str
    share: float

    def shown(self, samples: Samples) -> Samples:
        start = samples.values[0]
        return Samples(samples.times_ms, np.round(start + (samples.values - start) * (1 - self.share), 1))


@dataclass(frozen=True)
class Shift:
    """From a moment on, the meter counts more (or less) than passes: a transformer of another ratio after repairs."""

    meter: str
    since: datetime
    gain: float

    def shown(self, samples: Samples) -> Samples:
        after = samples.times_ms > self.since.timestamp() * 1000
        if not after.any():
            return samples
        base = samples.values[max(int(np.argmax(after)) - 1, 0)]
        counted = np.where(after, base + (samples.values - base) * self.gain, samples.values)
        return Samples(samples.times_ms, np.asarray(np.round(counted, 4), dtype=np.float64))


@dataclass(frozen=True)
class Reset:
    """The register starts again from zero, between two samples."""

    meter: str
    at: datetime

    def shown(self, samples: Samples) -> Samples:
        after = samples.times_ms > self.at.timestamp() * 1000
        if not after.any():
            return samples
        return Samples(samples.times_ms, np.where(after, samples.values - samples.values[int(np.argmax(after))],
                                                  samples.values))


@dataclass(frozen=True)
class Wrap:
    """The register has few digits and passes its modulus."""

    meter: str
    modulus: float

    def shown(self, samples: Samples) -> Samples:
        return Samples(samples.times_ms, np.round(samples.values % self.modulus, 4))


@dataclass(frozen=True)
class UnitSlip:
    """For a while the register comes in another unit: a thousandth (kWh where Wh was said) or a thousand times it."""

    meter: str
    span: Span
    factor: float = 0.001

    def shown(self, samples: Samples) -> Samples:
        slipped = self.span.covers(samples)
        return Samples(samples.times_ms, np.where(slipped, samples.values * self.factor, samples.values))


@dataclass(frozen=True)
class Repeated:
    """Every so many samples, one comes twice."""

    meter: str
    every: int = 10

    def shown(self, samples: Samples) -> Samples:
        times = 1 + (np.arange(len(samples.values)) % self.every == 0)
        return Samples(np.repeat(samples.times_ms, times), np.repeat(samples.values, times))


@dataclass(frozen=True)
class Shuffled:
    """Every so many samples, two change places on their way."""

    meter: str
    every: int = 10

    def shown(self, samples: Samples) -> Samples:
        order = np.arange(len(samples.values))
        first = order[:-1][order[:-1] % self.every == 0]
        order[first], order[first + 1] = first + 1, first
        return Samples(samples.times_ms[order], samples.values[order])


@dataclass(frozen=True)
class Defects:
    """Several defects: each meter's in their order."""

    each: tuple[Defect, ...] = ()
    by_meter: Mapping[str, list[Defect]] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, list[Defect]] = {}
        for defect in self.each:
            found.setdefault(defect.meter, []).append(defect)
        object.__setattr__(self, "by_meter", found)

    def shown(self, meter: str, samples: Samples) -> Samples:
        """Return what a meter shows in place of `samples`."""
        defects: Iterable[Defect] = self.by_meter.get(meter, ())
        for defect in defects:
            samples = defect.shown(samples)
        return samples


NO_DEFECTS = Defects()
