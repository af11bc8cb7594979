"""The picture "where each kilowatt-hour went": meter, service, line.

Colours of Okabe and Ito, told apart by eyes that do not see red or green; each bar is named, so it reads in grey too.
"""

from __future__ import annotations

from dataclasses import dataclass

from energy.allocation.result import Component
from energy.report.flow_layout import Band, Bar, layout_of
from energy.report.lines import EnergyReport
from energy.report.page import template
from energy.report.reader import Reader
from energy.report.texts import CARDS, COMPONENTS, FLOW_DESCRIPTION, HEADINGS, OTHERS
from energy.units import kwh_from_wh

COLOURS = {
    Component.DYNAMIC: "#0072B2", Component.IDLE: "#56B4E9", Component.COOLING: "#009E73",
    Component.LOSS: "#E69F00", Component.BASE: "#D55E00", Component.CLOSURE: "#999999",
}
LINES_MAX = 14  # more than fit beside each other are drawn as one bar
BAR_WIDTH = 16
METER_X, SERVED_X, LINES_X = 150, 440, 690
WIDTH, MARGIN = 960, 16
OTHERS_KEY = ""


@dataclass(frozen=True)
class _Label:
    x: float
    y: float
    anchor: str
    name: str
    figures: str


def as_svg(report: EnergyReport, reader: Reader) -> str:
    """Return the picture as an SVG document that needs no style sheet and no font file."""
    return template("flow.svg.j2").render(drawing_of(report, reader), standalone=True)


def inline_svg(report: EnergyReport, reader: Reader) -> str:
    """Return the picture as an element to stand in a page of HTML; every text in it is escaped."""
    return template("flow.svg.j2").render(drawing_of(report, reader), standalone=False)


def drawing_of(report: EnergyReport, reader: Reader) -> dict[str, object]:
    """Return what the template draws. A negative amount (meters that add up to more than the facility's) is no flow."""
    flows, names = _flows(report, reader)
    layout = layout_of(flows)
    total_kwh = kwh_from_wh(report.facility_energy_wh)
    sums: dict[str, int] = {}
    for served, line, energy_wh in flows:
        sums[served] = sums.get(served, 0) + energy_wh
        sums[line] = sums.get(line, 0) + energy_wh
    labels = [_Label(*place, names[bar.key], _figures(sums[bar.key], report, reader))
              for bars, place_of in ((layout.served, _left_of), (layout.lines, _right_of))
              for bar in bars for place in [place_of(bar)]]
    meter = _Label(METER_X - 10, layout.meter.middle, "end", reader.translate(CARDS["facility"]),
                   f"{reader.number(total_kwh)} kWh")
    return {
        "width": WIDTH, "height": layout.height + 2 * MARGIN, "margin": MARGIN, "bar_width": BAR_WIDTH,
        "title": reader.translate(HEADINGS["flow"]), "language": reader.language,
        "description": reader.translate(FLOW_DESCRIPTION).format(facility=reader.number(total_kwh)),
        "bands": [_band_path(band) for band in layout.bands],
        "bars": [(METER_X, layout.meter, "#262626"), *((SERVED_X, bar, _colour(bar.key)) for bar in layout.served),
                 *((LINES_X, bar, "#262626") for bar in layout.lines)],
        "labels": [meter, *labels],
    }


def _flows(report: EnergyReport, reader: Reader) -> tuple[list[tuple[str, str, int]], dict[str, str]]:
    names = {str(component): reader.translate(COMPONENTS[component]) for component in Component}
    shown = {line.key for line in sorted(report.lines, key=lambda line: -line.facility_energy_wh)[:LINES_MAX]}
    others = len(report.lines) - len(shown)
    names[f"line:{OTHERS_KEY}"] = reader.translate(OTHERS).format(count=others)
    together: dict[tuple[str, str], int] = {}
    for component in Component:
        for line in report.lines:
            target = f"line:{line.key if line.key in shown else OTHERS_KEY}"
            if line.key in shown:
                names[target] = reader.translate(line.name) if line.kind == "virtual" else line.name
            if line.energy_wh[component] > 0:
                key = (str(component), target)
                together[key] = together.get(key, 0) + line.energy_wh[component]
    return [(served, line, energy_wh) for (served, line), energy_wh in together.items()], names


def _left_of(bar: Bar) -> tuple[float, float, str]:
    return SERVED_X - 8, bar.middle, "end"


def _right_of(bar: Bar) -> tuple[float, float, str]:
    return LINES_X + BAR_WIDTH + 8, bar.middle, "start"


def _figures(energy_wh: int, report: EnergyReport, reader: Reader) -> str:
    share = energy_wh / report.facility_energy_wh if report.facility_energy_wh else 0.0
    return f"{reader.number(kwh_from_wh(energy_wh), 1)} kWh \u00b7 {reader.percent(share)}"


def _band_path(band: Band) -> tuple[str, str]:
    """Return (path, colour) of a band: two curves with level ends, in the colour of what was served."""
    from_meter = band.source == "meter"
    left = (METER_X if from_meter else SERVED_X) + BAR_WIDTH
    right = SERVED_X if from_meter else LINES_X
    half = (left + right) / 2
    top, low = band.source_top, band.source_top + band.thickness
    end_top, end_low = band.target_top, band.target_top + band.thickness
    path = (f"M{left},{top:.2f} C{half:.1f},{top:.2f} {half:.1f},{end_top:.2f} {right},{end_top:.2f} "
            f"L{right},{end_low:.2f} C{half:.1f},{end_low:.2f} {half:.1f},{low:.2f} {left},{low:.2f} Z")
    return path, _colour(band.target if from_meter else band.source)


def _colour(key: str) -> str:
    return COLOURS[Component(key)]
