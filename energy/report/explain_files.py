"""A tenant's waterfall as a picture and as a page: one file each, nothing fetched, good on paper and in grey."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from energy.carbon.statement import BookName
from energy.report.books import BOOK_TITLES, factor_line
from energy.report.explain import REASONS, TITLES, Explanation, Step
from energy.report.figures import carbon_figure, kg, kwh, percent_u
from energy.report.files import replace_file
from energy.report.page import template
from energy.report.reader import Reader
from energy.report.texts import ILLUSTRATIVE
from infra.inventory.errors import N_

COLOURS = {
    Step.OWN_USE: "#0072B2", Step.IDLE: "#56B4E9", Step.COOLING: "#009E73", Step.LOSS: "#E69F00", Step.BASE: "#D55E00",
    Step.FREE_SHARE: "#F0E442", Step.PLATFORM_SHARE: "#CC79A7", Step.RESIDUAL_SHARE: "#999999",
}
WIDTH, ROW, LEFT, RIGHT, TOP = 860, 30, 230, 130, 12
TITLE = N_("Why {name} bears {kwh} kWh in {label}")
DIRECT, FULL = N_("its own line"), N_("with its shares")


@dataclass(frozen=True)
class _Bar:
    """One row of the picture: a floating bar from `x` over `width`, its words left and right of it."""

    y: float
    x: float
    width: float
    colour: str
    name: str
    figure: str
    is_sum: bool = False


def write_explanation(found: Explanation, reader: Reader, kind: str, path: Path) -> None:
    """Write the picture (`svg`) or the page (`html`), in one step. Raises OSError when it can't be written."""
    replace_file(path, as_svg(found, reader) if kind == "svg" else as_html(found, reader))


def as_svg(found: Explanation, reader: Reader) -> str:
    """Return the waterfall as an SVG document."""
    return template("waterfall.svg.j2").render(_drawing(found, reader), standalone=True)


def as_html(found: Explanation, reader: Reader) -> str:
    """Return the explanation as one HTML document."""
    rows = [(reader.translate(TITLES[step]), kwh(energy_wh, reader), reader.translate(REASONS[step]))
            for step, energy_wh in found.steps_wh.items()]
    books = [(reader.translate(BOOK_TITLES[name]), *book_figure(found, name, reader), _factors(found, name, reader))
             for name in BookName]
    return template("explain.html.j2").render(
        reader=reader, found=found, title=_title(found, reader), illustrative=ILLUSTRATIVE, rows=rows, books=books,
        direct=kwh(found.direct_wh, reader), full=kwh(found.full_cost_wh, reader),
        u=percent_u(found.relative_u, reader), full_kg=kg(found.full_cost_gco2e, reader),
        picture=template("waterfall.svg.j2").render(_drawing(found, reader), standalone=False))


def _title(found: Explanation, reader: Reader) -> str:
    return reader.translate(TITLE).format(name=found.name, kwh=kwh(found.full_cost_wh, reader), label=found.label)


def book_figure(found: Explanation, name: BookName, reader: Reader) -> tuple[str, str]:
    """Return the kilograms of a book and their uncertainty; a dash where it is blank."""
    return carbon_figure(found.carbon_g.get(name), found.relative_u, found.factors.get(name, ()), reader)


def blank_reason(found: Explanation, name: BookName, reader: Reader) -> str:
    """Return why a book is blank; nothing where it is not."""
    why = found.blanks.get(name)
    return reader.translate(why.what).format(**why.figures) if why else ""


def _factors(found: Explanation, name: BookName, reader: Reader) -> str:
    return "; ".join(factor_line(use, reader) for use in found.factors.get(name, ())) or blank_reason(
        found, name, reader)


def _drawing(found: Explanation, reader: Reader) -> dict[str, object]:
    bars = list(_bars(found, reader))
    return {"bars": bars, "width": WIDTH, "height": TOP * 2 + ROW * len(bars), "left": LEFT, "row": ROW,
            "title": _title(found, reader), "description": "; ".join(f"{bar.name}: {bar.figure}" for bar in bars)}


def _bars(found: Explanation, reader: Reader) -> list[_Bar]:
    whole = max(found.full_cost_wh, found.direct_wh, 1)
    scale = (WIDTH - LEFT - RIGHT) / whole
    bars: list[_Bar] = []
    so_far = 0
    for step, energy_wh in found.steps_wh.items():
        start, end = sorted((so_far, so_far + energy_wh))
        bars.append(_Bar(TOP + ROW * len(bars), LEFT + scale * max(0, start), max(1.0, scale * (end - start)),
                         COLOURS[step], reader.translate(TITLES[step]), kwh(energy_wh, reader)))
        so_far += energy_wh
        if step in (Step.BASE, Step.RESIDUAL_SHARE):
            name = reader.translate(DIRECT if step is Step.BASE else FULL)
            bars.append(_Bar(TOP + ROW * len(bars), LEFT, max(1.0, scale * so_far), "#333333", name,
                             f"{kwh(so_far, reader)} kWh", is_sum=True))
    return bars
