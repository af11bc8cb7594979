"""The picture of what is lost between the facility meter and the servers: one bar per point of measure."""

from __future__ import annotations

from dataclasses import dataclass

from energy.graph.categories import Category
from energy.report.figures import kwh_of_joules, on_one_line, site_ratio
from energy.report.lines import EnergyReport
from energy.report.page import template
from energy.report.reader import Reader
from energy.report.texts import CARDS, CATEGORIES
from infra.inventory.errors import N_

WIDTH, LEFT, RIGHT, ROW, BAR, TOP = 960, 330, 290, 44, 22, 6
TITLE = N_("What is left of the facility meter at each point of measure")
LOST = N_("less {kwh} kWh")
INK, LOSS = "#0072B2", "#E69F00"


@dataclass(frozen=True)
class Step:
    """One bar: what is left, what was lost since the one above it, in the picture's units, and its words."""

    y: float
    width: float
    lost: float
    name: str
    figure: str
    under: str


def ladder_svg(report: EnergyReport, reader: Reader) -> str:
    """Return the picture as an element to stand in a page of HTML; every text in it is escaped."""
    steps = _steps(report, reader)
    return template("ladder.svg.j2").render(
        steps=steps, left=LEFT, bar=BAR, row=ROW, width=WIDTH, height=2 * TOP + ROW * len(steps), ink=INK, loss=LOSS,
        language=reader.language, title=reader.translate(TITLE),
        description="; ".join(f"{step.name}: {step.figure} {step.under}".strip() for step in steps))


def _steps(report: EnergyReport, reader: Reader) -> list[Step]:
    scale = (WIDTH - LEFT - RIGHT) / max(1, report.facility_energy_j)
    full = Step(TOP, scale * max(0, report.facility_energy_j), 0.0, reader.translate(CARDS["facility"]),
                _kwh(report.facility_energy_j, reader), "")
    return [full, *(_step(report, each, scale, TOP + ROW * (place + 1), reader)
                    for place, each in enumerate(report.feeding.categories))]


def _step(report: EnergyReport, each: Category, scale: float, y: float, reader: Reader) -> Step:
    symbol = next((ratio.symbol for ratio in report.site_pue if ratio.category == each.number), "")
    ratio = on_one_line(site_ratio(report, each.number, reader))
    lost = reader.translate(LOST).format(kwh=kwh_of_joules(each.loss_before_j, reader, 1))
    figure = _kwh(each.it_energy_j, reader) + (f" \u00b7 {symbol}{each.number} {ratio}" if symbol else "")
    return Step(y, scale * max(0, each.it_energy_j), scale * max(0, each.loss_before_j),
                reader.translate(CATEGORIES[each.number]), figure, lost)


def _kwh(energy_j: int, reader: Reader) -> str:
    return f"{kwh_of_joules(energy_j, reader, 1)} kWh"
