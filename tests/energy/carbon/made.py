"""Lines, reservations and sites for the carbon tests, made by hand without any server."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from energy.allocation.result import Allocation
from energy.allocation.settle import settle
from energy.carbon.grid_books import Supplied
from energy.carbon.reserved import Reservations, reservations_of
from energy.interval import Period
from energy.readings.meters import MeterReadings
from energy.readings.use import Use
from energy.units import J_PER_KWH, Joules
from infra.inventory.carbon import CarbonFacts
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use

START = datetime(2012, 3, 5, tzinfo=UTC)  # 01:00 in Paris
HOUR = Period(START, START + timedelta(hours=1))


def hours(count: int, start: datetime = START) -> Period:
    return Period(start, start + timedelta(hours=count))


def with_carbon(site: Site, **facts: Any) -> Site:
    """Return the site with its section `carbon` replaced, as the file would give it."""
    return site.model_copy(update={"carbon": CarbonFacts.model_validate(facts)})


def kwh_each_hour(*amounts: float) -> Joules:
    """Return J per quarter-hour of hours that each take so many kilowatt-hours, evenly."""
    return np.repeat(np.array([round(each * J_PER_KWH / 4) for each in amounts], dtype=np.int64), 4)


def from_grid(**lines: Joules) -> Supplied:
    """Return lines that gensets gave nothing to."""
    return Supplied(lines, {name: np.zeros_like(energy_j) for name, energy_j in lines.items()})


def lines_of(allocation: Allocation) -> dict[str, Joules]:
    """Return what each account bears, per interval."""
    found: dict[str, Joules] = {}
    for shares in allocation.shares.values():
        for holder, energy_j in zip(shares.holders, shares.energy_j, strict=True):
            found[holder.account] = found[holder.account] + energy_j if holder.account in found else energy_j
    return found


Day = tuple[dict[str, Joules], dict[str, Joules], Reservations]


def settled_day(site: Site, period: Period, **watts: float) -> Day:
    """Return lines, gensets' energy and reservations of a constant day; `watts` changes meters."""
    readings, use = constant_readings(period, **watts), constant_use(period)
    allocation = settle(site, readings, use)
    return (lines_of(allocation), {"genset": readings.energy_j["genset-out"]},
            reservations_of(site, use, allocation))


def reserved(period: Period, energy_j: Mapping[str, Mapping[str, int]] | None = None) -> Reservations:
    """Return reservations that know nothing but zones' energy."""
    return Reservations(period, {}, {}, energy_j or {}, {}, {})


def nobody(site: Site, period: Period) -> Reservations:
    """Return the reservations of a site at rest, of any size, where no namespace ever was."""
    zero = np.zeros(period.count, dtype=np.int64)
    use = Use(period, {})
    return reservations_of(site, use, settle(site, MeterReadings(period, dict.fromkeys(site.meters, zero)), use))
