"""The meters of the site file, read on settlement edges and turned into joules per interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from energy.errors import MissingDataError
from energy.interval import SETTLEMENT_S, Period
from energy.quality import Quality
from energy.readings.counter import energy_between, energy_through_resets, first_gap
from energy.readings.names import METER_ENERGY
from energy.readings.prometheus import Prometheus, Values
from energy.units import Joules, joules_from_counter
from infra.inventory.errors import N_
from infra.inventory.site import Site

# An edge is read from the newest sample of its last two minutes: a meter scraped each minute may miss one scrape.
EDGE_AGE_S = 120


@dataclass(frozen=True)
class MeterReadings:
    """Joules per interval by meter id, and how many intervals of each meter were bridged over a reset."""

    period: Period
    energy_j: Mapping[str, Joules]
    bridged: Mapping[str, int]

    def quality(self, meter_id: str) -> Quality:
        """Return the flag of a meter's total over the period."""
        return Quality.BRIDGED if self.bridged.get(meter_id) else Quality.MEASURED


def read_meters(source: Prometheus, site: Site, period: Period) -> MeterReadings:
    """Return what every meter of the site file counted in each interval of `period`.

    Raises MissingDataError naming the first meter and interval without reading, and what `Prometheus` raises.
    """
    energy_j: dict[str, Joules] = {}
    bridged: dict[str, int] = {}
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
            bridged[name] = len(suspects)
    return MeterReadings(period, energy_j, bridged)


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
