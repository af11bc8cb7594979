"""The report in a terminal: names in 96 columns and more, ids in fewer."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from energy.carbon.statement import BookName
from energy.report.as_html import GRAMS_PER_KG, closing_line, factor_sentences, ratio_text
from energy.report.lines import EnergyReport, ReportLine
from energy.report.pue import InterimPue
from energy.report.reader import Reader
from energy.report.texts import COLUMNS, ILLUSTRATIVE, PERIOD, TITLE
from energy.units import kwh_from_wh
from ops_cli.output import result_console

NAMES_FIT = 96


def print_report(report: EnergyReport, reader: Reader) -> None:
    """Print the lines, their sum, and the sentence that closes on the meter."""
    console = result_console()
    title = f"{reader.translate(TITLE[report.view])} \u2013 {report.site_name} \u2013 {report.label}"
    console.print(title, style="bold", markup=False)
    console.print(reader.translate(PERIOD).format(
        start=reader.minute(report.local(report.period.start)), end=reader.minute(report.local(report.period.end)),
        count=reader.number(report.period.count)))
    if report.illustrative:
        console.print(reader.translate(ILLUSTRATIVE), style="yellow")
    console.print(_table(report, reader, narrow=console.width < NAMES_FIT))
    console.print(closing_line(report, reader), style="bold green")
    for use in report.books[BookName.OPERATIONAL].factors:
        console.print(factor_sentences(use, reader)[0], style="dim", markup=False)


def _table(report: EnergyReport, reader: Reader, *, narrow: bool) -> Table:
    interim = any(isinstance(ratio, InterimPue) for ratio in report.site_pue)
    keys = ("name", "it", "overhead", "facility", "share", "interim_ratio" if interim else "ratio", "carbon")
    table = Table(header_style="bold", show_footer=True, padding=(0, 1))
    footers = ("\u03a3", *_sums(report, reader))
    for key, footer in zip(keys, footers, strict=True):
        heading = Text(reader.translate(COLUMNS[key]).replace(" " if narrow else " [", "\n" if narrow else "\n["))
        table.add_column(heading, footer=footer, overflow="fold",
                         justify="left" if key == "name" else "right", no_wrap=key != "name")
    for line in report.lines:
        name = line.key if narrow or line.kind == "virtual" else escape(line.name)
        table.add_row(name, *_cells(report, line, reader), style="dim" if line.kind == "virtual" else None)
    return table


def _cells(report: EnergyReport, line: ReportLine, reader: Reader) -> tuple[str, ...]:
    share = line.facility_energy_wh / report.facility_energy_wh if report.facility_energy_wh else 0.0
    return (_kwh(line.it_energy_wh, reader), _kwh(line.overhead_energy_wh, reader),
            _kwh(line.facility_energy_wh, reader), reader.percent(share), ratio_text(line, reader),
            reader.number(line.location_based_gco2e / GRAMS_PER_KG, 1))


def _sums(report: EnergyReport, reader: Reader) -> tuple[str, ...]:
    overhead_wh = sum(line.overhead_energy_wh for line in report.lines)
    return (_kwh(report.it_energy_wh, reader), _kwh(overhead_wh, reader), _kwh(report.sum_of_lines_wh, reader),
            reader.percent(1.0), "", reader.number(report.location_based_gco2e / GRAMS_PER_KG, 1))


def _kwh(energy_wh: int, reader: Reader) -> str:
    return reader.number(kwh_from_wh(energy_wh), 3)
