"""A source held in memory: raw samples of meters and use, in windows of its own, that can warn and thin out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from energy.errors import PartialAnswerError
from energy.interval import Period
from energy.readings.allow import NOTHING, PARTIAL, Allow
from energy.readings.finding import Finding, FindingKind
from energy.readings.names import METER_ENERGY
from energy.readings.on_edges import latest_on_edges, means_on_edges
from energy.readings.source import RawSeries, Series
from tests.energy.engine import Registers

Row = tuple[Mapping[str, str], list[tuple[int, float]]]


@dataclass
class Memory:
    """Series by metric: labels and samples (seconds). `windows_s`: how it cuts a span; `warning`: what it says."""

    series: dict[str, list[Row]]
    windows_s: int = 10**9
    warning: str = ""
    may_downsample: bool = True
    where: str = "memory"
    heard: list[str] = field(default_factory=list)

    def samples(self, metric: str, matchers: Mapping[str, str], span_ms: tuple[int, int],
                allow: Allow = NOTHING) -> Iterator[RawSeries]:
        self._warn(allow)
        for start in range(span_ms[0], span_ms[1] + 1, self.windows_s * 1000):
            end = min(start + self.windows_s * 1000 - 1, span_ms[1])
            for labels, samples in self.series.get(metric, []):
                inside = [(moment, value) for moment, value in samples if start <= moment * 1000 <= end]
                if matchers.items() <= labels.items() and inside:
                    yield RawSeries(labels, np.array([moment * 1000 for moment, _ in inside], dtype=np.int64),
                                    np.array([value for _, value in inside], dtype=np.float64))

    def latest(self, metric: str, matchers: Mapping[str, str], period: Period, allow: Allow = NOTHING) -> list[Series]:
        return [Series(one.labels, latest_on_edges(one.times_ms, one.values, period))
                for one in self.samples(metric, matchers, _around(period), allow)]

    def means(self, metric: str, matchers: Mapping[str, str], period: Period, allow: Allow = NOTHING) -> list[Series]:
        return [Series(one.labels, means_on_edges(one.times_ms, one.values, period))
                for one in self.samples(metric, matchers, _around(period), allow)]

    def close(self) -> None:
        """Hold on to nothing."""

    def take_findings(self) -> tuple[Finding, ...]:
        said, self.heard = tuple(dict.fromkeys(self.heard)), []
        return tuple(Finding(FindingKind.PARTIAL, self.where, text) for text in said)

    def _warn(self, allow: Allow) -> None:
        if self.warning and PARTIAL not in allow:
            raise PartialAnswerError(self.warning)
        if self.warning:
            self.heard.append(self.warning)


def of_meters(values: Registers, **how: object) -> Memory:
    """Return a source of the small site's registers [Wh]."""
    rows: list[Row] = [({"site": "small", "meter": name}, samples) for name, samples in values.items()]
    made = Memory({METER_ENERGY["Wh"]: rows})
    for name, value in how.items():
        setattr(made, name, value)
    return made


def _around(period: Period) -> tuple[int, int]:
    return (int(period.edges_s[0]) - 900) * 1000, int(period.edges_s[-1]) * 1000
