"""A month of the plant as a source of readings, without any server: the same samples through the same reader."""

from __future__ import annotations

from collections.abc import Iterator

from energy.interval import SETTLEMENT_S, Period
from energy.readings.allow import NOTHING, Allow
from energy.readings.finding import Finding
from energy.readings.on_edges import latest_on_edges, means_on_edges
from energy.readings.source import Matchers, RawSeries, Series
from lab.history.recorded import Recorded, recorded
from lab.plant.defects import NO_DEFECTS, Defects
from lab.plant.model import PlantMonth


class InMemory:
    """A source (`energy.readings.source.Source`) of everything that a month shows, with its defects."""

    may_downsample = False

    def __init__(self, month: PlantMonth, defects: Defects = NO_DEFECTS) -> None:
        self.where = f"plant of {month.site.id}, {month.month}"
        self._kept: dict[str, list[Recorded]] = {}
        for series in recorded(month, defects):
            self._kept.setdefault(series.metric, []).append(series)

    def samples(self, metric: str, matchers: Matchers, span_ms: tuple[int, int],
                allow: Allow = NOTHING) -> Iterator[RawSeries]:
        """Yield raw samples (see `Source.samples`); those with a lost clock come too."""
        del allow, span_ms  # a month is one span, and samples outside of it are what defects are about
        for series in self._kept.get(metric, ()):
            if all(series.labels.get(key) == value for key, value in matchers.items()):
                yield RawSeries(series.labels, series.samples.times_ms, series.samples.values)

    def latest(self, metric: str, matchers: Matchers, period: Period, allow: Allow = NOTHING) -> list[Series]:
        """Return the last sample of each interval (see `Source.latest`)."""
        return [Series(raw.labels, latest_on_edges(raw.times_ms, raw.values, period))
                for raw in self.samples(metric, matchers, _span_of(period), allow)]

    def means(self, metric: str, matchers: Matchers, period: Period, allow: Allow = NOTHING) -> list[Series]:
        """Return the mean of each interval (see `Source.means`)."""
        return [Series(raw.labels, means_on_edges(raw.times_ms, raw.values, period))
                for raw in self.samples(metric, matchers, _span_of(period), allow)]

    def close(self) -> None:
        """Forget what was kept."""
        self._kept = {}

    def take_findings(self) -> tuple[Finding, ...]:
        """Return nothing: memory says nothing of itself."""
        return ()


def _span_of(period: Period) -> tuple[int, int]:
    return int(period.edges_s[0] - SETTLEMENT_S) * 1000, int(period.edges_s[-1]) * 1000
