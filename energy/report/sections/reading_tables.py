"""What the figures rest on: how much was measured, what was noticed while reading, what a person let pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from energy.readings.finding import Finding
from energy.readings.flags import QUALITY, Flag
from energy.report.figures import DASH, kwh_of_joules
from energy.report.grid import Grid, Row, Section, cells, columns
from energy.report.lines import EnergyReport
from energy.report.reader import Reader
from energy.report.sections.head import allowed_line
from energy.report.texts import BRIDGED
from infra.inventory.errors import N_

TITLE = N_("What the figures rest on")
LEAD = N_("{meters} meters, {cells} readings of a quarter-hour. Source: {source}.")
COVERAGE_COLUMNS = (N_("Reading"), N_("Quarter-hours of meters"), N_("Energy through them [kWh]"), N_("Share"))
MISSING = N_("missing")
FINDING_COLUMNS = (N_("Where"), N_("What was noticed"), N_("Times"), N_("First"), N_("Last"))
NOTHING_NOTICED = N_("Nothing was noticed while reading.")
NOTHING_ALLOWED = N_("Nothing was let pass.")
UNSEEN = N_("Pods that came and went unseen caused at most {kwh} kWh. It is in the lines above, shared by what was "
            "reserved: nothing is missing from the sum.")
SHOWN = 40
MORE = N_("{count} more findings are in the JSON file.")


def word_of(flag: Flag) -> str:
    """Return a reading's flag as a word for people (a catalogue message)."""
    return QUALITY[flag].word if flag in QUALITY else MISSING


def coverage_line(report: EnergyReport, reader: Reader) -> str:
    """Return the shares of energy by flag, in one line."""
    coverage = report.readings.coverage
    shares = [f"{reader.translate(word_of(flag))} {reader.percent(coverage.share(flag), 2)}"
              for flag in Flag if coverage.cells[flag]]
    return ", ".join(shares) or DASH


def reading_section(report: EnergyReport, reader: Reader) -> Section:
    """Return coverage by flag, findings, and what was let pass."""
    facts = report.readings
    lead = reader.translate(LEAD).format(meters=reader.number(facts.meters), source=facts.source,
                                         cells=reader.number(sum(facts.coverage.cells.values())))
    grids = [_coverage(report, reader)]
    if facts.findings:
        grids.append(_findings(report, reader))
    warnings = (allowed_line(report, reader),) if facts.allowed else ()
    return Section("readings", reader.translate(TITLE), lead=(lead,), warnings=warnings, grids=tuple(grids),
                   notes=tuple(_notes(report, reader)))


def _coverage(report: EnergyReport, reader: Reader) -> Grid:
    coverage = report.readings.coverage
    rows = tuple(Row(reader.translate(word_of(flag)), cells([
        reader.number(coverage.cells[flag]), kwh_of_joules(coverage.energy_j[flag], reader, 1),
        reader.percent(coverage.share(flag), 2)])) for flag in Flag if coverage.cells[flag] or flag is Flag.MEASURED)
    return Grid(columns([reader.translate(title) for title in COVERAGE_COLUMNS]), rows)


def _findings(report: EnergyReport, reader: Reader) -> Grid:
    rows = tuple(_finding_row(report, one, reader) for one in report.readings.findings[:SHOWN])
    return Grid(columns([reader.translate(title) for title in FINDING_COLUMNS], words=(1, 3, 4)), rows)


def _finding_row(report: EnergyReport, one: Finding, reader: Reader) -> Row:
    def moment(found: datetime | None) -> str:
        return reader.minute(report.local(found)) if found else DASH

    return Row(one.where, cells([reader.translate(one.what).format(**one.figures), reader.number(one.count),
                                 moment(one.first), moment(one.last)]))


def _notes(report: EnergyReport, reader: Reader) -> Iterator[str]:
    facts = report.readings
    if not facts.findings:
        yield reader.translate(NOTHING_NOTICED)
    if len(facts.findings) > SHOWN:
        yield reader.translate(MORE).format(count=reader.number(len(facts.findings) - SHOWN))
    if facts.bridged:
        yield reader.translate(BRIDGED).format(
            list=", ".join(f"{name} ({count})" for name, count in sorted(facts.bridged.items())))
    if not facts.allowed:
        yield reader.translate(NOTHING_ALLOWED)
    yield reader.translate(UNSEEN).format(kwh=kwh_of_joules(report.unseen_j, reader))
