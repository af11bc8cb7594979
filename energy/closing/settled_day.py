"""One local day, settled: a pure function of readings, use and site, so that any machine gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass

from energy.allocation.result import Allocation
from energy.allocation.settle import settle
from energy.readings.meters import MeterReadings
from energy.readings.use import Use
from infra.inventory.site import Site


@dataclass(frozen=True)
class DayInputs:
    """What a day is settled from. `day` is local, written YYYY-MM-DD."""

    day: str
    readings: MeterReadings
    use: Use


@dataclass(frozen=True)
class SettledDay:
    """A day and who bears each joule of it."""

    day: str
    allocation: Allocation


def settle_day(site: Site, inputs: DayInputs) -> SettledDay:
    """Return the day settled. Raises what `settle` raises."""
    return SettledDay(inputs.day, settle(site, inputs.readings, inputs.use))
