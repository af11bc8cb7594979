"""The page for the sustainability officer: one file, no script, nothing fetched; good on paper and when read aloud."""

from __future__ import annotations

from energy.allocation.result import Component
from energy.carbon.statement import BookName, FactorUse
from energy.quality import Quality
from energy.report import texts
from energy.report.as_svg import COLOURS, inline_svg
from energy.report.lines import EnergyReport, ReportLine
from energy.report.page import template
from energy.report.pue import InterimPue
from energy.report.reader import Reader
from energy.units import kwh_from_wh

GRAMS_PER_KG = 1000


def as_html(report: EnergyReport, reader: Reader) -> str:
    """Return the report as one HTML document in the reader's language."""
    return template("report.html.j2").render(
        reader=reader, report=report, t=_translated(reader), texts=texts, picture=inline_svg(report, reader),
        period=_period(report, reader), cards=_cards(report, reader), components=list(Component), colours=COLOURS,
        rows=[_row(report, line, reader) for line in report.lines], total=_total(report, reader),
        closing=closing_line(report, reader), ratios=_ratios(report, reader), notes=_notes(report, reader),
        qualities=_qualities(report, reader), interim=any(isinstance(ratio, InterimPue) for ratio in report.site_pue))


def closing_line(report: EnergyReport, reader: Reader) -> str:
    """Return the sentence that says what the lines add up to, both figures in watt-hours."""
    return reader.translate(texts.CLOSING).format(
        lines=reader.number(report.sum_of_lines_wh), facility=reader.number(report.facility_energy_wh))


def line_name(line: ReportLine, reader: Reader) -> str:
    """Return the name of a line for people: a virtual one with its key, which is what the files say."""
    return f"{line.key} \u2013 {reader.translate(line.name)}" if line.kind == "virtual" else line.name


def ratio_text(line: ReportLine, reader: Reader) -> str:
    """Return the line's ratio with its decimals, a dash when it is refused."""
    return reader.number(line.pue.value, 3) if line.pue else "\u2013"


def _translated(reader: Reader) -> dict[str, str]:
    """Return the page's fixed words by a short name, in the reader's language."""
    words = {**texts.HEADINGS, **{f"column_{key}": text for key, text in texts.COLUMNS.items()}}
    return {key: reader.translate(text) for key, text in words.items()}


def _period(report: EnergyReport, reader: Reader) -> str:
    return reader.translate(texts.PERIOD).format(
        start=reader.minute(report.local(report.period.start)), end=reader.minute(report.local(report.period.end)),
        count=reader.number(report.period.count))


def _cards(report: EnergyReport, reader: Reader) -> list[tuple[str, str, str, str]]:
    """Return (title, figure, unit, flag) of the figures on top of the page."""
    facility_kwh = kwh_from_wh(report.facility_energy_wh)
    unclosed = sum(line.energy_wh[Component.CLOSURE] for line in report.lines)
    measured = Quality.BRIDGED if report.readings.bridged else Quality.MEASURED
    cards = [
        (texts.CARDS["facility"], reader.number(facility_kwh, 1), "kWh", measured),
        (texts.CARDS["it"], reader.number(kwh_from_wh(report.it_energy_wh), 1), "kWh", measured),
        (texts.CARDS["carbon"], _kg(report.location_based_gco2e, reader), "kgCO2e", Quality.DERIVED),
        (texts.CARDS["unclosed"], reader.percent(unclosed / max(1, report.facility_energy_wh), 2), "", Quality.DERIVED),
    ]
    for ratio in report.site_pue[-1:]:
        cards.insert(2, (ratio.symbol, reader.number(ratio.value, 3), "", Quality.DERIVED))
    return [(reader.translate(title), figure, unit, reader.translate(flag.word)) for title, figure, unit, flag in cards]


def _row(report: EnergyReport, line: ReportLine, reader: Reader) -> dict[str, object]:
    share = line.facility_energy_wh / report.facility_energy_wh if report.facility_energy_wh else 0.0
    return {
        "name": line_name(line, reader), "virtual": line.kind == "virtual",
        "explained": reader.translate(texts.VIRTUAL_EXPLAINED.get(line.key, "")),
        "it": _kwh(line.it_energy_wh, reader), "overhead": _kwh(line.overhead_energy_wh, reader),
        "facility": _kwh(line.facility_energy_wh, reader), "share": reader.percent(share),
        "ratio": ratio_text(line, reader), "carbon": _kg(line.location_based_gco2e, reader),
        "it_flag": reader.translate(line.quality["it_energy"].word),
        "overhead_flag": reader.translate(line.quality["overhead_energy"].word),
        "parts": [_kwh(line.energy_wh[component], reader) for component in Component],
    }


def _total(report: EnergyReport, reader: Reader) -> dict[str, object]:
    parts = {component: sum(line.energy_wh[component] for line in report.lines) for component in Component}
    return {
        "it": _kwh(report.it_energy_wh, reader), "facility": _kwh(report.sum_of_lines_wh, reader),
        "overhead": _kwh(sum(line.overhead_energy_wh for line in report.lines), reader),
        "carbon": _kg(report.location_based_gco2e, reader),
        "parts": [_kwh(parts[component], reader) for component in Component],
    }


def _kg(grams: float, reader: Reader) -> str:
    return reader.number(grams / GRAMS_PER_KG, 1)


def _kwh(energy_wh: int, reader: Reader) -> str:
    return reader.number(kwh_from_wh(energy_wh), 3)


def _ratios(report: EnergyReport, reader: Reader) -> list[tuple[str, str]]:
    return [(f"{ratio.symbol}{ratio.category} \u2013 {reader.translate(texts.CATEGORIES[ratio.category])}",
             reader.number(ratio.value, 3)) for ratio in report.site_pue]


def _notes(report: EnergyReport, reader: Reader) -> list[str]:
    notes = [
        *(sentence for use in report.books[BookName.OPERATIONAL].factors for sentence in factor_sentences(use, reader)),
        reader.translate(texts.METERS).format(
            count=report.readings.meters, edges=reader.number(report.period.count + 1), source=report.readings.source),
        reader.translate(texts.DECLARED).format(elements=", ".join(report.declared) or "\u2013"),
        reader.translate(texts.METHOD).format(version=report.method_version),
    ]
    if report.readings.bridged:
        notes.insert(3, reader.translate(texts.BRIDGED).format(
            list=", ".join(f"{name} ({count})" for name, count in sorted(report.readings.bridged.items()))))
    if report.site_pue:
        notes.insert(0, reader.translate(texts.INTERIM).format(
            start=reader.day(report.local(report.period.start)), end=reader.day(report.local(report.period.end))))
    return notes


def factor_sentences(use: FactorUse, reader: Reader) -> list[str]:
    """Return what a page says of a factor of the operational book: where it comes from, how many intervals have it."""
    counts = ", ".join(f"{reader.number(count)} {reader.translate(Quality(flag).word)}"
                       for flag, count in use.flags.items())
    return [reader.translate(texts.CARBON_SOURCE).format(
        publisher=use.publisher, licence=use.licence, id=use.id, scope=reader.translate(use.scope),
        mean=reader.number(use.value, 1)), reader.translate(texts.CARBON_INTERVALS).format(counts=counts)]


def _qualities(report: EnergyReport, reader: Reader) -> list[tuple[str, str]]:
    used = {flag for line in report.lines for flag in line.quality.values()} | {Quality.DERIVED}
    used |= {Quality(flag) for use in report.books[BookName.OPERATIONAL].factors for flag in use.flags}
    used |= {Quality.BRIDGED if report.readings.bridged else Quality.MEASURED, Quality.DECLARED}
    return [(reader.translate(flag.word), reader.translate(flag.meaning)) for flag in Quality if flag in used]
