"""What a source of readings can be asked, whatever it is: an HTTP API, remote read, files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from energy.interval import Period
from energy.readings.allow import Allow
from energy.readings.finding import Finding

Values = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]
Matchers = Mapping[str, str]


@dataclass(frozen=True)
class Series:
    """One series on the edges of a period; NaN where the source has nothing."""

    labels: Mapping[str, str]
    values: Values


@dataclass(frozen=True)
class RawSeries:
    """Raw samples of one series: times [ms since 1970] and values. Valid until the next one is asked for."""

    labels: Mapping[str, str]
    times_ms: Times
    values: Values


class Source(Protocol):
    """A source of readings. Every method raises UnreachableError, PartialAnswerError, MissingDataError."""

    where: str  # its address or folder, for messages
    may_downsample: bool  # does it thin out old samples by itself?

    def samples(self, metric: str, matchers: Matchers, span_ms: tuple[int, int], allow: Allow) -> Iterator[RawSeries]:
        """Yield the raw samples of every series of `metric` in a span of time, both ends included.

        A series comes in as many pieces as there are windows, its pieces in order of time.
        """

    def latest(self, metric: str, matchers: Matchers, period: Period, allow: Allow) -> list[Series]:
        """Return the last sample of each settlement interval, on the edge that ends it (the first edge: before it)."""

    def means(self, metric: str, matchers: Matchers, period: Period, allow: Allow) -> list[Series]:
        """Return the mean of the samples of each settlement interval, on the edge that ends it."""

    def close(self) -> None:
        """Release what it holds: connections, memory."""

    def take_findings(self) -> tuple[Finding, ...]:
        """Return what was noticed since the last call (partial answers that were allowed, bad rows), and forget it."""
