"""The page for the sustainability officer: one file, no script, nothing fetched; good on paper and when read aloud."""

from __future__ import annotations

from energy.report.lines import EnergyReport
from energy.report.page import template
from energy.report.reader import Reader
from energy.report.sections.carbon_tables import carbon_section
from energy.report.sections.cooling_tables import cooling_section
from energy.report.sections.feed_tables import feed_section, ratio_section
from energy.report.sections.glossary import glossary_of, source_section
from energy.report.sections.head import cards, head_of
from energy.report.sections.line_tables import flow_section, full_cost_section, line_section, part_section
from energy.report.sections.reading_tables import reading_section

SECTIONS = (line_section, flow_section, part_section, full_cost_section, carbon_section, cooling_section,
            ratio_section, feed_section, reading_section)


def as_html(report: EnergyReport, reader: Reader) -> str:
    """Return the report as one HTML document in the reader's language."""
    return template("report.html.j2").render(
        reader=reader, report=report, head=head_of(report, reader), cards=cards(report, reader),
        sections=[section(report, reader) for section in SECTIONS], words=glossary_of(report, reader),
        sources=source_section(report, reader))
