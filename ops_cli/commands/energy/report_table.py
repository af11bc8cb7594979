"""The report in a terminal: names in 96 columns and more, ids in fewer; shares where there is room for them."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from energy.carbon.statement import BookName
from energy.report.figures import carbon, kg, kwh, on_one_line, percent_u, ratio, site_ratio
from energy.report.lines import EnergyReport, ReportLine
from energy.report.reader import Reader
from energy.report.sections.glossary import factor_sentences
from energy.report.sections.head import allowed_line, period_line, state_line
from energy.report.sections.line_tables import closing_line, is_interim, share_of
from energy.report.sections.reading_tables import coverage_line
from energy.report.texts import COLUMNS, ILLUSTRATIVE, TITLE
from ops_cli.i18n import _
from ops_cli.output import result_console

NAMES_FIT = 96
SHARES_FIT = 110


def print_report(report: EnergyReport, reader: Reader) -> None:
    """Print the lines, their sum, the sentence that closes on the meter, and what the figures rest on."""
    console = result_console()
    title = f"{reader.translate(TITLE[report.view])} \u2013 {report.site_name} \u2013 {report.label}"
    console.print(title, style="bold", markup=False)
    console.print(period_line(report, reader), markup=False)
    console.print(state_line(report, reader), markup=False)
    if report.illustrative:
        console.print(reader.translate(ILLUSTRATIVE), style="yellow", markup=False)
    console.print(_table(report, reader, console.width))
    console.print(closing_line(report, reader), style="bold green", markup=False)
    for line in _below(report, reader):
        console.print(line, markup=False)
    if report.readings.allowed:
        console.print(allowed_line(report, reader), style="yellow", markup=False)
    for use in report.books[BookName.OPERATIONAL].factors:
        console.print(factor_sentences(use, reader)[0], style="dim", markup=False)


def _below(report: EnergyReport, reader: Reader) -> list[str]:
    ratios = [f"{found.symbol}{found.category} {on_one_line(site_ratio(report, found.category, reader))}"
              for found in report.site_pue]
    noticed = len(report.readings.findings)
    coverage = _("coverage: {shares}").format(shares=coverage_line(report, reader))
    return [*([", ".join(ratios)] if ratios else []),
            coverage + ("; " + _("{count} findings, listed on the page").format(count=noticed) if noticed else "")]


def _table(report: EnergyReport, reader: Reader, width: int) -> Table:
    narrow = width < NAMES_FIT
    keys = ["name", "it", "overhead", "facility", "u", "share", "interim_ratio" if is_interim(report) else "ratio",
            "carbon"]
    footers = dict(zip(keys, ("\u03a3", *_sums(report, reader)), strict=True))
    shown = [key for key in keys if key != "share" or width >= SHARES_FIT]
    table = Table(header_style="bold", show_footer=True, padding=(0, 1))
    for key in shown:
        heading = Text(reader.translate(COLUMNS[key]).replace(" " if narrow else " [", "\n" if narrow else "\n["))
        table.add_column(heading, footer=footers[key], overflow="fold",
                         justify="left" if key == "name" else "right", no_wrap=key != "name")
    for line in report.lines:
        cells = dict(zip(keys, (_name(line, narrow=narrow), *_cells(report, line, reader)), strict=True))
        table.add_row(*(cells[key] for key in shown), style="dim" if line.kind == "virtual" else None)
    return table


def _name(line: ReportLine, *, narrow: bool) -> str:
    return line.key if narrow or line.kind == "virtual" else escape(line.name)


def _cells(report: EnergyReport, line: ReportLine, reader: Reader) -> tuple[str, ...]:
    return (kwh(line.it_energy_wh, reader), kwh(line.overhead_energy_wh, reader), kwh(line.facility_energy_wh, reader),
            percent_u(line.relative_u, reader), share_of(report, line.facility_energy_wh, reader),
            ratio(line, reader)[0], carbon(report, line, BookName.OPERATIONAL, reader)[0])


def _sums(report: EnergyReport, reader: Reader) -> tuple[str, ...]:
    overhead_wh = sum(line.overhead_energy_wh for line in report.lines)
    return (kwh(report.it_energy_wh, reader), kwh(overhead_wh, reader), kwh(report.sum_of_lines_wh, reader), "",
            reader.percent(1.0), "", kg(report.location_based_gco2e, reader))
