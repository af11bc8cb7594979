"""What `estran energy meters` shows of each meter: coverage, drift against the meters around it, last reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from energy.interval import Period
from energy.readings.allow import NOTHING, Allow
from energy.readings.completion import Completion
from energy.readings.coverage import Coverage, coverage_of
from energy.readings.finding import Finding
from energy.readings.flags import BRIDGED
from energy.readings.source import Source
from infra.inventory.site import Site


@dataclass(frozen=True)
class MeterRow:
    """One meter over a period. `drift` is counted over expected, minus one; None where nobody else can tell."""

    meter: str
    place: str
    side: str
    quantity: str
    serial: str
    energy_j: int
    coverage: Coverage
    expected_j: int | None
    drift: float | None
    first_seen: datetime | None
    last_seen: datetime | None
    findings: tuple[Finding, ...]


def meter_rows(source: Source, site: Site, period: Period, allow: Allow = NOTHING) -> tuple[MeterRow, ...]:
    """Return a row per meter of the site file, in its order; nothing is filled in, a hole is shown as missing.

    Raises what the source raises, and MissingDataError when two series claim to be one meter.
    """
    from energy.readings.gather import gather  # compiled loops: only whoever reads pays for them

    gathered = gather(source, site, period, allow)
    completion = Completion(site, period, {name: register.row() for name, register in gathered.registers.items()})
    around = completion.neighbours()
    rows = []
    for name, meter in site.meters.items():
        energy_j, flags = completion.cells[name]
        known, register = around.of(name), gathered.registers[name]
        both = (flags <= BRIDGED) & known.known
        expected_j = int(known.energy_j[both].sum()) if both.any() else None
        drift = int(energy_j[both].sum()) / expected_j - 1 if expected_j else None
        rows.append(MeterRow(name, meter.at, meter.side, meter.quantity, meter.serial, int(energy_j.sum()),
                             coverage_of([(energy_j, flags)]), expected_j, drift, register.first_seen,
                             register.last_seen, register.findings(name)))
    return tuple(rows)
