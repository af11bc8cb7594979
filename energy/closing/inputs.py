"""What a month is closed from: readings, use and telemetry of the whole month, cut into local days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from energy.closing.days import days_of
from energy.closing.settled_day import DayInputs
from energy.interval import Period
from energy.readings.finding import Finding
from energy.readings.meters import MeterReadings
from energy.readings.telemetry import Telemetry
from energy.readings.use import Use


@dataclass(frozen=True)
class MonthInputs:
    """`source` is an address or a folder; `allowed` names what a person let pass."""

    month: str
    readings: MeterReadings
    use: Use
    telemetry: Telemetry
    source: str
    allowed: tuple[str, ...] = ()

    @property
    def period(self) -> Period:
        return self.readings.period

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return all that was noticed while reading."""
        return (*self.readings.findings, *self.telemetry.findings)

    def days(self, zone: ZoneInfo) -> Iterator[DayInputs]:
        """Yield the inputs of each local day."""
        for day, period in days_of(self.period, zone):
            yield DayInputs(day, self.readings.part(period), self.use.part(period), self.telemetry.part(period))
