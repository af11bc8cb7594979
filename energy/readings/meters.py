"""The meters of the site file, read on settlement edges and turned into joules per interval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from energy.interval import Period
from energy.quality import Quality
from energy.readings.allow import ESTIMATED, NOTHING, Allow
from energy.readings.completion import Completion
from energy.readings.coverage import Coverage, coverage_of
from energy.readings.finding import Finding
from energy.readings.flags import BRIDGED, Flags, all_measured, quality_of
from energy.readings.part import part_of
from energy.readings.refusals import begins_late, refuse_missing, refuse_strange, refuse_thin
from energy.readings.source import Source
from energy.units import Joules
from infra.inventory.site import Site


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


def read_meters(source: Source, site: Site, period: Period, allow: Allow = NOTHING) -> MeterReadings:
    """Return what every meter of the site file counted in each interval of `period`.

    Raises MissingDataError naming the first meter and interval without a figure, a register that can't be what the site
    file says, a history that begins too late or was thinned out (unless allowed), and what the source raises.
    """
    from energy.readings.gather import gather  # compiled loops: only whoever reads pays for them

    gathered = gather(source, site, period, allow)
    rows = {name: register.row() for name, register in gathered.registers.items()}
    findings = {name: register.findings(name) for name, register in gathered.registers.items()}
    completion = Completion(site, period, rows)
    noticed = [*source.take_findings(), *refuse_strange(site, gathered, completion, findings),
               *refuse_thin(site, gathered, source.may_downsample, allow)]
    early = begins_late(site, gathered, period, allow)
    completion.thaw()
    completion.shape()
    completion.derive()
    if ESTIMATED in allow:
        completion.estimate()
    noticed += [*early.findings, *(one for found in findings.values() for one in found), *completion.findings]
    refuse_missing(site, gathered, completion.cells, early.cells, noticed)
    return MeterReadings(period, {name: cells[0] for name, cells in completion.cells.items()},
                         {name: cells[1] for name, cells in completion.cells.items()}, tuple(noticed))
