"""The meters of the site file, read on settlement edges and turned into joules per interval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from energy.errors import MissingDataError
from energy.interval import SETTLEMENT_S, Period
from energy.quality import Quality
from energy.readings.counter import energy_between, energy_through_resets, first_gap
from energy.readings.coverage import Coverage, coverage_of
from energy.readings.finding import Finding
from energy.readings.flags import BRIDGED, Flags, all_measured, quality_of
from energy.readings.names import METER_ENERGY
from energy.readings.part import part_of
from energy.readings.prometheus import Prometheus, Values
from energy.units import Joules, joules_from_counter
from infra.inventory.errors import N_
from infra.inventory.site import Site

# An edge is read from the newest sample of its last two minutes: a meter scraped each minute may miss one scrape.
EDGE_AGE_S = 120


@dataclass(frozen=True)
class MeterReadings:
    """Joules per interval by meter id, the flag of each cell (a meter without flags was measured), what was noticed."""

    period: Period
    energy_j: Mapping[str, Joules]
    flags: Mapping[str, Flags] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def flags_of(self, meter_id: str) -> Flags:
        """Return the flag of each interval of a meter."""
        found = self.flags.get(meter_id)
        return all_measured(self.period.count) if found is None else found

    def quality(self, meter_id: str) -> Quality:
        """Return the quality of a meter's total over the period: that of its least sure cell."""
        return quality_of(self.flags_of(meter_id))

    @property
    def bridged(self) -> Mapping[str, int]:
        """Return how many intervals were bridged, of the meters that had any."""
        counts = {name: int((row == BRIDGED).sum()) for name, row in self.flags.items()}
        return {name: count for name, count in counts.items() if count}

    def coverage(self, meter_ids: Iterable[str] | None = None) -> Coverage:
        """Return cells and energy by flag, of some meters or of all."""
        chosen = self.energy_j if meter_ids is None else meter_ids
        return coverage_of((self.energy_j[name], self.flags_of(name)) for name in chosen)

    def part(self, period: Period) -> MeterReadings:
        """Return the readings of a shorter period (views, no copy). Raises EnergyError when it reaches outside."""
        inside = part_of(self.period, period)
        return MeterReadings(
            period, {name: row[inside] for name, row in self.energy_j.items()},
            {name: row[inside] for name, row in self.flags.items()},
            tuple(finding for finding in self.findings if finding.touches(period.start, period.end)))


def read_meters(source: Prometheus, site: Site, period: Period) -> MeterReadings:
    """Return what every meter of the site file counted in each interval of `period`.

    Raises MissingDataError naming the first meter and interval without reading, and what `Prometheus` raises.
    """
    energy_j: dict[str, Joules] = {}
    flags: dict[str, Flags] = {}
    for unit, metric in METER_ENERGY.items():
        wanted = sorted(name for name, meter in site.meters.items() if meter.unit == unit)
        if not wanted:
            continue
        edges = _edges_of(source, site.id, metric, period)
        resets = _resets_of(source, site.id, metric, period)
        for name in wanted:
            if name not in edges:
                raise _missing(source, name, metric, period, 0, period.count)
            first, count = first_gap(edges[name])
            if count:
                raise _missing(source, name, metric, period, first, count)
            energy_j[name], fell = energy_between(joules_from_counter(edges[name], unit))
            suspects = np.flatnonzero(fell | resets.get(name, np.zeros_like(fell)))
            for index in map(int, suspects):
                energy_j[name][index] = _through_resets(source, _selector(metric, site.id, name), unit, period, index)
            flags[name] = all_measured(period.count)
            flags[name][suspects] = BRIDGED
    return MeterReadings(period, energy_j, flags)


def _selector(metric: str, site_id: str, meter_id: str = "") -> str:
    return f'{metric}{{site="{site_id}",meter="{meter_id}"}}' if meter_id else f'{metric}{{site="{site_id}"}}'


def _edges_of(source: Prometheus, site_id: str, metric: str, period: Period) -> dict[str, Values]:
    found: dict[str, Values] = {}
    for series in source.on_edges(f"last_over_time({_selector(metric, site_id)}[{EDGE_AGE_S}s])", period):
        name = series.labels.get("meter", "")
        if name in found:
            raise MissingDataError(
                N_("two series claim to be meter '{meter}'"), where=f"{source.url} {metric}", meter=name,
                remedy=N_("one register, one series: drop the second scrape, or give it a meter of its own"))
        found[name] = series.values
    return found


def _resets_of(source: Prometheus, site_id: str, metric: str, period: Period) -> dict[str, np.ndarray]:
    """Return by meter the intervals in which a reset may have happened (a minute more than the interval is seen)."""
    query = f"resets({_selector(metric, site_id)}[{SETTLEMENT_S + 60}s]) > 0"
    return {series.labels.get("meter", ""): np.isfinite(series.values[1:])
            for series in source.on_edges(query, period)}


def _through_resets(source: Prometheus, selector: str, unit: str, period: Period, index: int) -> int:
    """Return the energy [J] of an interval from its raw samples, from the one its first edge was read from."""
    start_s = int(period.edges_s[index])
    times, values = source.raw(selector, start_s - EDGE_AGE_S, start_s + SETTLEMENT_S)
    first = max(0, int(np.searchsorted(times, start_s, side="right")) - 1)
    return energy_through_resets(joules_from_counter(values[first:], unit))


def _missing(source: Prometheus, name: str, metric: str, period: Period, first: int, count: int) -> MissingDataError:
    return MissingDataError(
        N_("meter '{meter}' has no reading for {count} of {total} intervals, the first from {first}"),
        where=f"{source.url} {metric}", meter=name, count=count, total=period.count,
        first=period.start_of(first).isoformat(),
        remedy=N_("bring the readings of '{meter}' back (is it scraped? is the history kept long enough?), "
                  "then run again: no figure is invented"))
