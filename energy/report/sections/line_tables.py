"""The lines that add up to the meter, what each is made of, and what tenants bear with their shares."""

from __future__ import annotations

from energy.allocation.result import Component
from energy.carbon.statement import BookName
from energy.report import texts
from energy.report.as_svg import COLOURS, inline_svg
from energy.report.figures import carbon, kg, kwh, percent_u, ratio
from energy.report.grid import Cell, Column, Grid, Row, Section, cells, columns
from energy.report.lines import EnergyReport, FullCostLine, ReportLine
from energy.report.pue import InterimPue
from energy.report.reader import Reader
from infra.inventory.errors import N_

DIGITS = N_("± is one standard uncertainty (GUM, k = 1). Ratios and carbon show the digits that it leaves sure, so "
            "that their last digits need not add up. Energies keep all their digits: printed lines add up to the "
            "printed meter, however sure each is.")
FULL_TITLE = N_("What tenants bear with their shares [kWh]")
FULL_LEAD = N_("Another view of the same energy, not more of it: what is nobody's is shared among tenants, free "
               "capacity by what each reserved, the platform by its declared drivers, the rest by energy.")
FULL_COLUMNS = (N_("Line"), N_("Own line"), N_("Free capacity"), N_("Platform"), N_("Not closed"), N_("Total"),
                N_("kgCO2e"))
UNBORNE = N_("nobody was there to bear it")


def line_name(line: ReportLine, reader: Reader) -> str:
    """Return the name of a line for people: a virtual one with its key, which is what the files say."""
    return f"{line.key} \u2013 {reader.translate(line.name)}" if line.kind == "virtual" else line.name


def closing_line(report: EnergyReport, reader: Reader) -> str:
    """Return the sentence that says what the lines add up to, both figures in watt-hours."""
    return reader.translate(texts.CLOSING).format(
        lines=reader.number(report.sum_of_lines_wh), facility=reader.number(report.facility_energy_wh))


def is_interim(report: EnergyReport) -> bool:
    """Return whether the ratios of the page are interim ones."""
    return any(isinstance(found, InterimPue) for found in report.site_pue)


def share_of(report: EnergyReport, energy_wh: int, reader: Reader) -> str:
    """Return an energy as its part of the facility meter."""
    return reader.percent(energy_wh / report.facility_energy_wh if report.facility_energy_wh else 0.0)


def line_section(report: EnergyReport, reader: Reader) -> Section:
    """Return the lines, the sum, and the sentence that closes on the meter."""
    keys = ("name", "it", "overhead", "facility", "u", "share", "interim_ratio" if is_interim(report) else "ratio",
            "carbon")
    overhead_wh = sum(line.overhead_energy_wh for line in report.lines)
    total = Row("\u03a3", cells([
        kwh(report.it_energy_wh, reader), kwh(overhead_wh, reader), kwh(report.sum_of_lines_wh, reader), "",
        reader.percent(1.0), "", kg(report.location_based_gco2e, reader)]))
    grid = Grid(columns([reader.translate(texts.COLUMNS[key]) for key in keys]),
                tuple(_line_row(report, line, reader) for line in report.lines), total)
    return Section("lines", reader.translate(texts.HEADINGS["lines"]), grids=(grid,),
                   closing=closing_line(report, reader), notes=(reader.translate(DIGITS),))


def _line_row(report: EnergyReport, line: ReportLine, reader: Reader) -> Row:
    flags = {name: reader.translate(flag.word) for name, flag in line.quality.items()}
    return Row(line_name(line, reader), cells([
        (kwh(line.it_energy_wh, reader), flags["it_energy"]),
        (kwh(line.overhead_energy_wh, reader), flags["overhead_energy"]), kwh(line.facility_energy_wh, reader),
        percent_u(line.relative_u, reader), share_of(report, line.facility_energy_wh, reader), ratio(line, reader),
        carbon(report, line, BookName.OPERATIONAL, reader)]),
        reader.translate(texts.VIRTUAL_EXPLAINED.get(line.key, "")), "virtual" if line.kind == "virtual" else "")


def flow_section(report: EnergyReport, reader: Reader) -> Section:
    """Return the picture of where each kilowatt-hour went."""
    return Section("flow", reader.translate(texts.HEADINGS["flow"]), pictures=(inline_svg(report, reader),))


def part_section(report: EnergyReport, reader: Reader) -> Section:
    """Return what each line is made of."""
    headings = (Column(reader.translate(texts.COLUMNS["name"])), *(
        Column(reader.translate(texts.COMPONENTS[part]), COLOURS[part]) for part in Component))
    rows = tuple(Row(line_name(line, reader), cells([kwh(line.energy_wh[part], reader) for part in Component]),
                     mark="virtual" if line.kind == "virtual" else "") for line in report.lines)
    sums = [kwh(sum(line.energy_wh[part] for line in report.lines), reader) for part in Component]
    return Section("parts", reader.translate(texts.HEADINGS["parts"]),
                   grids=(Grid(headings, rows, Row("\u03a3", cells(sums))),))


def full_cost_section(report: EnergyReport, reader: Reader) -> Section:
    """Return the full-cost view: its total is the facility meter too."""
    view = report.full_cost
    rows = [Row(line.name, _full_cells(line, reader)) for line in view.lines]
    if view.unborne_wh:
        empty = [Cell("")] * 4
        rows.append(Row(reader.translate(UNBORNE), (*empty, Cell(kwh(view.unborne_wh, reader)), Cell("")),
                        mark="virtual"))
    own, free, platform, residual = (sum(getattr(line, f"{part}_wh") for line in view.lines)
                                     for part in ("own", "free", "platform", "residual"))
    total = Row("\u03a3", cells([
        *(kwh(part, reader) for part in (own, free, platform, residual, view.total_wh)),
        kg(sum(line.location_based_gco2e for line in view.lines), reader)]))
    return Section("full-cost", reader.translate(FULL_TITLE), lead=(reader.translate(FULL_LEAD),),
                   grids=(Grid(columns([reader.translate(title) for title in FULL_COLUMNS]), tuple(rows), total),))


def _full_cells(line: FullCostLine, reader: Reader) -> tuple[Cell, ...]:
    parts = (line.own_wh, line.free_wh, line.platform_wh, line.residual_wh, line.total_wh)
    return cells([*(kwh(part, reader) for part in parts), kg(line.location_based_gco2e, reader)])
