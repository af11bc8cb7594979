"""One local day, settled: a pure function of its inputs and the site, so that any machine gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass

from energy.allocation.baseline import Baselines
from energy.allocation.full_cost import full_cost
from energy.allocation.settle import settle
from energy.closing.kept_day import KeptDay, kept_day
from energy.interval import Period
from energy.readings.meters import MeterReadings
from energy.readings.telemetry import Telemetry
from energy.readings.use import Use
from infra.inventory.site import Site


@dataclass(frozen=True)
class DayInputs:
    """What a day is settled from. `day` is local, written YYYY-MM-DD."""

    day: str
    readings: MeterReadings
    use: Use
    telemetry: Telemetry

    @property
    def period(self) -> Period:
        return self.readings.period


def settle_day(site: Site, inputs: DayInputs, baselines: Baselines) -> KeptDay:
    """Return the day settled, in both views. Raises what `settle` and `full_cost` raise."""
    allocation = settle(site, inputs.readings, inputs.use, baselines, inputs.telemetry)
    return kept_day(inputs.day, allocation, full_cost(site, allocation, inputs.use))
