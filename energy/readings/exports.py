"""Exports of meters and of use as CSV or Parquet: a site without Prometheus closes its month from them.

Two tables, known by their columns: `time, meter, value, unit`, and `time, node, namespace, tenant, metric, value`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from energy.errors import EnergyError
from energy.interval import Period
from energy.readings.allow import NOTHING, Allow
from energy.readings.export_table import Rows, asked_for, rows_of
from energy.readings.finding import Finding
from energy.readings.on_edges import latest_on_edges, means_on_edges
from energy.readings.source import Matchers, RawSeries, Series
from infra.inventory.errors import N_

Labels = tuple[tuple[str, str], ...]
Kept = dict[tuple[str, Labels], list[Rows]]


class Exports:
    """A source of readings made of files. It holds the samples of the span asked for: 16 bytes each."""

    may_downsample = False

    def __init__(self, paths: Sequence[Path], site_id: str) -> None:
        missing = [path for path in paths if not path.is_file()]
        if missing or not paths:
            raise EnergyError(N_("the export is not there"), where=", ".join(map(str, missing)) or "exports",
                              remedy=N_("name CSV or Parquet files that can be read"))
        self.where = ", ".join(map(str, paths))
        self._paths = tuple(paths)
        self._site_id = site_id
        self._span_ms: tuple[int, int] | None = None
        self._kept: Kept = {}

    def close(self) -> None:
        """Forget what was read."""
        self._span_ms, self._kept = None, {}

    def take_findings(self) -> tuple[Finding, ...]:
        """Return nothing: files say nothing of themselves."""
        return ()

    def samples(self, metric: str, matchers: Matchers, span_ms: tuple[int, int],
                allow: Allow = NOTHING) -> Iterator[RawSeries]:
        """Yield raw samples (see `Source.samples`). Samples with an impossible time come too: they are to be counted.

        Raises MissingDataError naming file, row and column of what can't be read.
        """
        del allow
        self._load(span_ms)
        for (name, labels), parts in sorted(self._kept.items()):
            named = {"site": self._site_id, **dict(labels)}
            if name == metric and all(named.get(key) == value for key, value in matchers.items()):
                times_ms = np.concatenate([part.times_ms for part in parts])
                values = np.concatenate([part.values for part in parts])
                inside = asked_for(times_ms, span_ms)  # what is kept may be of a longer span, asked for before
                yield RawSeries(named, times_ms[inside], values[inside])

    def latest(self, metric: str, matchers: Matchers, period: Period, allow: Allow = NOTHING) -> list[Series]:
        """Return the last sample of each interval (see `Source.latest`)."""
        return [Series(raw.labels, latest_on_edges(raw.times_ms, raw.values, period))
                for raw in self.samples(metric, matchers, _span_of(period), allow)]

    def means(self, metric: str, matchers: Matchers, period: Period, allow: Allow = NOTHING) -> list[Series]:
        """Return the mean of each interval (see `Source.means`)."""
        return [Series(raw.labels, means_on_edges(raw.times_ms, raw.values, period))
                for raw in self.samples(metric, matchers, _span_of(period), allow)]

    def _load(self, span_ms: tuple[int, int]) -> None:
        if self._span_ms is not None and self._span_ms[0] <= span_ms[0] and span_ms[1] <= self._span_ms[1]:
            return
        self._span_ms, self._kept = span_ms, {}
        for path in self._paths:
            for rows in rows_of(path, span_ms):
                self._kept.setdefault((rows.metric, _labels(rows.labels)), []).append(rows)


def _labels(labels: Mapping[str, str]) -> Labels:
    return tuple(sorted(labels.items()))


def _span_of(period: Period) -> tuple[int, int]:
    return (int(period.edges_s[0]) - 900) * 1000, int(period.edges_s[-1]) * 1000
