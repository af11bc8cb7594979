"""Every register of a site, fed from a source over a period and a little around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from energy.errors import MissingDataError
from energy.interval import Period
from energy.readings.allow import Allow
from energy.readings.names import METER_ENERGY
from energy.readings.places import rating_w
from energy.readings.register import Register
from energy.readings.source import Source
from infra.inventory.errors import N_
from infra.inventory.site import Site

AROUND_S = 3600  # a hole over the first or the last edge is bridged when a reading lies within this time beyond it


@dataclass(frozen=True)
class Gathered:
    """The registers by meter id, those of meters without any sample included."""

    registers: Mapping[str, Register]
    where: str
    period: Period


def gather(source: Source, site: Site, period: Period, allow: Allow) -> Gathered:
    """Return the registers of every meter of the site file, fed.

    Raises MissingDataError when two series claim to be one meter, and what the source raises.
    """
    now = datetime.now(UTC)
    registers = {name: Register(meter, period, rating_w(site, meter), now) for name, meter in site.meters.items()}
    edges = period.edges_s
    span_ms = ((int(edges[0]) - AROUND_S) * 1000, (int(edges[-1]) + AROUND_S) * 1000)
    for unit, metric in METER_ENERGY.items():
        wanted = {name for name, meter in site.meters.items() if meter.unit == unit}
        claims: dict[str, Mapping[str, str]] = {}
        for series in source.samples(metric, {"site": site.id}, span_ms, allow) if wanted else ():
            name = series.labels.get("meter", "")
            if name not in wanted:
                continue
            if claims.setdefault(name, series.labels) != series.labels:
                raise MissingDataError(
                    N_("two series claim to be meter '{meter}'"), where=f"{source.where} {metric}", meter=name,
                    remedy=N_("one register, one series: drop the second scrape, or give it a meter of its own"))
            registers[name].feed(series.times_ms, series.values)
    return Gathered(registers, source.where, period)
