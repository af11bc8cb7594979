"""The picture of what is lost on the way to the servers: bars to scale, words inside the picture, names escaped."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree

import pytest

from energy.interval import Period
from energy.report.ladder import INK, LEFT, LOSS, RIGHT, WIDTH, ladder_svg
from energy.report.lines import EnergyReport
from energy.report.reader import Reader
from infra.inventory.site import Site
from tests.energy.report.made import made_report
from tests.energy.report.test_accessible import WHITE, contrast

ENGLISH = Reader()
CHARACTER = 7.3  # wide for 12.5 px in Verdana: a mean character is 7.2


@pytest.fixture(scope="module")
def report(small: Site, day: Period) -> EnergyReport:
    return made_report(small, day)


def drawn(report: EnergyReport, reader: Reader = ENGLISH) -> ElementTree.Element:
    return ElementTree.fromstring(ladder_svg(report, reader))


def bars(root: ElementTree.Element, colour: str) -> list[float]:
    return [float(bar.get("width", 0)) for bar in root.iter("rect") if bar.get("fill") == colour]


def test_bars_are_to_scale(report: EnergyReport) -> None:
    # 700 W at the meter, 500 W at each of the three points; 200 W lost before the first, nothing after
    whole, *points = bars(drawn(report), INK)
    assert whole == WIDTH - LEFT - RIGHT
    assert points == pytest.approx([whole * 5 / 7] * 3, abs=0.01)
    assert bars(drawn(report), LOSS) == pytest.approx([whole * 2 / 7], abs=0.01)


def test_words_stay_inside_the_picture(report: EnergyReport) -> None:
    for text in drawn(report).iter("text"):
        start, length = float(text.get("x", 0)), CHARACTER * len(text.text or "")
        assert start - length >= 0 if text.get("anchor", text.get("text-anchor")) == "end" else start + length <= WIDTH


def test_ratios_stand_beside_their_bars(report: EnergyReport) -> None:
    said = [text.text or "" for text in drawn(report).iter("text")]
    assert any(text.startswith("12.0 kWh \u00b7 iPUE1 1.4") for text in said)
    assert "less 4.8 kWh" in said


def test_without_ratios_it_still_draws(report: EnergyReport) -> None:
    said = [text.text or "" for text in drawn(dataclasses.replace(report, site_pue=())).iter("text")]
    assert "12.0 kWh" in said


def test_a_dark_site_divides_by_nothing(report: EnergyReport) -> None:
    feeding = dataclasses.replace(report.feeding, categories=())
    root = drawn(dataclasses.replace(report, facility_energy_j=0, feeding=feeding))
    assert bars(root, INK) == [1.0]


def test_colours_stand_out_or_have_an_edge() -> None:
    assert contrast(INK, WHITE) >= 3
    assert contrast("#555555", WHITE) >= 3  # the edge of what is lost


def test_words_are_the_readers_and_escaped(report: EnergyReport) -> None:
    loud = Reader("en", lambda message: f"<{message}>")
    said = [text.text or "" for text in drawn(report, loud).iter("text")]
    assert "<Facility meter>" in said
