"""How to read the words, and where the figures come from."""

from __future__ import annotations

from dataclasses import dataclass

from energy.allocation.result import Component
from energy.carbon.statement import BookName, FactorUse
from energy.quality import Quality
from energy.readings.flags import QUALITY
from energy.report import texts
from energy.report.as_svg import COLOURS
from energy.report.grid import Section
from energy.report.lines import EnergyReport
from energy.report.reader import Reader


@dataclass(frozen=True)
class Glossary:
    """`terms` are (word, colour of its swatch or nothing, meaning)."""

    title: str
    terms: tuple[tuple[str, str, str], ...]


def glossary_of(report: EnergyReport, reader: Reader) -> Glossary:
    """Return the components, and the flags that the page uses."""
    parts = [(reader.translate(texts.COMPONENTS[part]), COLOURS[part],
              reader.translate(texts.COMPONENTS_EXPLAINED[part])) for part in Component]
    flags = [(reader.translate(flag.word), "", reader.translate(flag.meaning)) for flag in Quality
             if flag in _used(report)]
    return Glossary(reader.translate(texts.HEADINGS["words"]), (*parts, *flags))


def source_section(report: EnergyReport, reader: Reader) -> Section:
    """Return the sources and the method."""
    notes = [
        *(sentence for use in report.books[BookName.OPERATIONAL].factors for sentence in factor_sentences(use, reader)),
        reader.translate(texts.DECLARED).format(elements=", ".join(report.declared) or "\u2013"),
        reader.translate(texts.METHOD).format(version=report.method_version)]
    if report.site_pue:
        notes.insert(0, reader.translate(texts.INTERIM).format(
            start=reader.day(report.local(report.period.start)), end=reader.day(report.local(report.period.end))))
    return Section("sources", reader.translate(texts.HEADINGS["sources"]), notes=tuple(notes))


def factor_sentences(use: FactorUse, reader: Reader) -> list[str]:
    """Return what a page says of a factor of the operational book: where it comes from, how many intervals have it."""
    counts = ", ".join(f"{reader.number(count)} {reader.translate(Quality(flag).word)}"
                       for flag, count in use.flags.items())
    return [reader.translate(texts.CARBON_SOURCE).format(
        publisher=use.publisher, licence=use.licence, id=use.id, scope=reader.translate(use.scope),
        mean=reader.number(use.value, 1)), reader.translate(texts.CARBON_INTERVALS).format(counts=counts)]


def _used(report: EnergyReport) -> set[Quality]:
    used = {flag for line in (*report.lines, *report.zones) for flag in line.quality.values()}
    used |= {Quality(flag) for use in report.books[BookName.OPERATIONAL].factors for flag in use.flags}
    used |= {QUALITY[flag] for flag, count in report.readings.coverage.cells.items() if count and flag in QUALITY}
    return used | {Quality.DERIVED, Quality.DECLARED}
