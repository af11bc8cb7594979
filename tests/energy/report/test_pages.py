"""What is written: HTML, SVG, CSV, JSON. The same figures, closed on the meter, and names are escaped."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from energy.allocation.result import Component
from energy.interval import Period
from energy.report.as_csv import CSV_COLUMNS, as_csv
from energy.report.as_data import SCHEMA, as_json
from energy.report.as_html import as_html
from energy.report.as_svg import COLOURS, LINES_MAX, as_svg
from energy.report.figures import ratio
from energy.report.lines import EnergyReport
from energy.report.reader import Reader
from energy.report.sections.line_tables import closing_line, line_name
from infra.inventory.site import Site
from tests.energy.report.made import made_report

ENGLISH = Reader()
SVG = "{http://www.w3.org/2000/svg}"


def shouted(message: str) -> str:
    """A catalogue that shouts: what is not in capitals was not translated. Placeholders are left alone."""
    return re.sub(r"(\{\w+\})|([^{}]+)", lambda part: part[1] or part[2].upper(), message)


LOUD = Reader("fr", shouted)


@pytest.fixture
def report(small: Site, day: Period) -> EnergyReport:
    return made_report(small, day)


def parsed(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)  # what we wrote ourselves


class Page(HTMLParser):
    """Collects tags, text and the nesting of a page."""

    VOID = frozenset({"meta", "br", "rect", "path"})

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


class TestHtml:
    def test_it_closes_on_the_meter_in_watt_hours(self, report: EnergyReport) -> None:
        assert "sum of lines = facility meter: 16,800 Wh = 16,800 Wh" in Page(as_html(report, ENGLISH)).text

    def test_every_line_stands_there_with_its_figures(self, report: EnergyReport) -> None:
        text = Page(as_html(report, ENGLISH)).text
        for expected in ("Alpha", "Beta", "_platform", "_free", "_residual", "5.160", "2.022", "7.182", "1.39"):
            assert expected in text

    def test_every_tag_is_closed(self, report: EnergyReport) -> None:
        assert Page(as_html(report, ENGLISH)).open == []

    def test_it_fetches_nothing_and_runs_nothing(self, report: EnergyReport) -> None:
        page = Page(as_html(report, ENGLISH))
        assert not page.all("script")
        assert not page.all("link")
        assert not page.all("img")
        assert not [attributes for _tag, attributes in page.tags if attributes.get("src") or attributes.get("href")]

    def test_it_can_be_read_aloud(self, report: EnergyReport) -> None:
        page = Page(as_html(report, ENGLISH))
        assert page.all("html") == [{"lang": "en"}]
        assert len(page.all("h1")) == 1
        assert page.all("main")
        assert all(attributes.get("scope") in ("col", "row", "colgroup") for attributes in page.all("th"))
        picture = page.all("svg")[0]
        assert picture["role"] == "img"
        identifiers = {attributes["id"] for _tag, attributes in page.tags if attributes.get("id")}
        assert set(str(picture["aria-labelledby"]).split()) <= identifiers
        labels = {str(attributes["aria-labelledby"]) for attributes in page.all("section")}
        assert labels <= identifiers

    def test_it_prints(self, report: EnergyReport) -> None:
        assert "@media print" in as_html(report, ENGLISH)
        assert "A4" in as_html(report, ENGLISH)

    def test_an_illustrative_site_says_so(self, report: EnergyReport) -> None:
        assert "Illustrative site" in Page(as_html(report, ENGLISH)).text

    def test_the_carbon_series_is_named_with_scope_and_licence(self, report: EnergyReport) -> None:
        text = Page(as_html(report, ENGLISH)).text
        for expected in ("published by nobody", "register row flat", "made for a test", "75.0 g/kWh", "96 measured"):
            assert expected in text

    def test_an_interim_ratio_shows_its_dates(self, report: EnergyReport) -> None:
        text = Page(as_html(report, ENGLISH)).text
        assert "interim ratio, from 2012-03-05 to 2012-03-06" in text
        assert not re.search(r"(?<![i\w])PUE(?! is told| falls)", text)

    def test_what_is_declared_is_said(self, report: EnergyReport) -> None:
        assert "power of nodes at rest, and the loss or draw of: tr" in Page(as_html(report, ENGLISH)).text

    def test_names_cant_become_markup(self, small: Site, day: Period) -> None:
        evil = "<script>alert('x')</script>&"
        tenants = {**small.tenants, "alpha": small.tenants["alpha"].model_copy(update={"name": evil})}
        site = small.model_copy(update={"tenants": tenants})
        written = as_html(made_report(site, day), ENGLISH)
        assert "<script" not in written
        assert evil in Page(written).text

    def test_every_word_goes_through_the_catalogue(self, report: EnergyReport) -> None:
        text = Page(as_html(report, LOUD)).text
        of_the_site = {"Alpha", "Beta", "Petit", "site", "Essais", "tr", "ups", "pdu", "panel", "a", "b", "air", "oil"}
        of_the_factor = {"flat", "nobody", "none", "statutory", "residual"}  # and the subjects of what is missing
        spared = {*of_the_site, *of_the_factor, "_platform", "_free", "_residual", "http", "test", "iPUE", "p", "kWh",
                  "gCO"}
        words = set(re.findall(r"(?<![\w{])[a-zA-Z_]*[a-z][a-zA-Z_]*", text)) - spared
        assert words <= {"kgCO"}, words

    def test_french_numbers(self, report: EnergyReport) -> None:
        text = Page(as_html(report, Reader("fr"))).text
        assert "16\u202f800 Wh = 16\u202f800 Wh" in text
        assert "5,160" in text
        assert "05/03/2012" in text


class TestSvg:
    def test_it_is_a_document(self, report: EnergyReport) -> None:
        root = parsed(as_svg(report, ENGLISH))
        assert root.tag == f"{SVG}svg"
        assert root.find(f"{SVG}title").text == "Where each kilowatt-hour went"
        assert "17 kWh" in root.find(f"{SVG}desc").text

    def test_every_line_and_service_is_named(self, report: EnergyReport) -> None:
        texts = [text.text for text in parsed(as_svg(report, ENGLISH)).iter(f"{SVG}text")]
        for expected in ("Facility meter", "computing", "machines at rest", "cooling", "electrical losses", "building",
                         "Alpha", "Beta", "platform", "free capacity", "7.2 kWh \u00b7 42.8%"):
            assert expected in texts

    def test_labels_of_a_column_do_not_overlap(self, report: EnergyReport) -> None:
        by_column: dict[str, list[float]] = {}
        for text in parsed(as_svg(report, ENGLISH)).iter(f"{SVG}text"):
            by_column.setdefault(text.get("x", ""), []).append(float(text.get("y", "0")))
        for heights in by_column.values():
            assert all(below - above >= 14 for above, below in pairwise(heights))

    def test_nothing_is_drawn_outside(self, report: EnergyReport) -> None:
        root = parsed(as_svg(report, ENGLISH))
        width, height = (float(part) for part in root.get("viewBox").split()[2:])
        for text in root.iter(f"{SVG}text"):
            assert 0 < float(text.get("x")) < width
            assert 0 < float(text.get("y")) < height

    def test_a_negative_residual_is_no_flow(self, small: Site, day: Period) -> None:
        texts = [text.text for text in parsed(as_svg(made_report(small, day, facility=690), ENGLISH)).iter()]
        assert "not closed" not in texts

    def test_names_are_escaped(self, small: Site, day: Period) -> None:
        tenants = {**small.tenants, "alpha": small.tenants["alpha"].model_copy(update={"name": "A <b> & \"c\""})}
        root = parsed(as_svg(made_report(small.model_copy(update={"tenants": tenants}), day), ENGLISH))
        assert 'A <b> & "c"' in [text.text for text in root.iter(f"{SVG}text")]

    def test_many_tenants_are_drawn_together(self, small: Site, day: Period) -> None:
        names = [f"tenant-{number}" for number in range(30)]
        tenants = {name: small.tenants["alpha"].model_copy(update={"name": name}) for name in names}
        used = {"n1": dict.fromkeys(names, (0.1, 0, 0.3, 0))}
        report = made_report(small.model_copy(update={"tenants": tenants}), day, used=used)
        texts = [text.text for text in parsed(as_svg(report, ENGLISH)).iter(f"{SVG}text")]
        assert f"{len(report.lines) - LINES_MAX} other lines" in texts

    def test_colours_are_all_different_and_of_the_palette(self) -> None:
        okabe_ito = {"#0072B2", "#56B4E9", "#009E73", "#D55E00", "#E69F00", "#F0E442", "#CC79A7", "#999999"}
        assert set(COLOURS) == set(Component)
        assert len(set(COLOURS.values())) == len(COLOURS)
        assert set(COLOURS.values()) <= okabe_ito

    def test_an_empty_site_still_draws(self, small: Site, day: Period) -> None:
        dark = dict.fromkeys(("facility", "plant", "crah_in", "cdu_in", "tank_in", "ups_a_in", "ups_a_out", "ups_b_in",
                              "ups_b_out", "o_a_n1", "o_b_n1", "o_a_n2", "o_b_n3"), 0)
        root = parsed(as_svg(made_report(small, day, **dark), ENGLISH))
        assert root.get("role") == "img"


class TestData:
    def test_csv_adds_up(self, report: EnergyReport) -> None:
        rows = list(csv.DictReader(io.StringIO(as_csv(report))))
        assert tuple(rows[0]) == CSV_COLUMNS
        assert sum(int(row["facility_energy_wh"]) for row in rows) == report.facility_energy_wh
        for row in rows:
            parts = sum(int(row[f"{component}_wh"]) for component in Component)
            assert parts == int(row["facility_energy_wh"])

    def test_csv_says_what_a_ratio_is(self, report: EnergyReport) -> None:
        rows = {row["line"]: row for row in csv.DictReader(io.StringIO(as_csv(report)))}
        assert (rows["alpha"]["ratio_symbol"], rows["alpha"]["ratio_category"]) == ("iPUE", "3")
        assert float(rows["alpha"]["ratio"]) == pytest.approx(7182 / 5160, abs=1e-6)
        assert rows["_residual"]["ratio"] == ""
        assert rows["alpha"]["period_start"] == "2012-03-05T00:00:00+00:00"
        assert rows["alpha"]["carbon_factor_id"] == "flat"
        assert rows["alpha"]["it_energy_quality"] == "allocated"

    def test_json_closes_in_watt_hours_and_in_joules(self, report: EnergyReport) -> None:
        document = json.loads(as_json(report))
        assert document["schema"] == SCHEMA
        assert document["closing"] == {"sum_of_lines_wh": 16800, "facility_meter_wh": 16800,
                                       "sum_of_lines_j": 60_480_000, "facility_meter_j": 60_480_000}
        assert sum(line["facility_energy_j"] for line in document["lines"]) == 60_480_000

    def test_json_carries_sources_and_flags(self, report: EnergyReport) -> None:
        document = json.loads(as_json(report))
        (factor,) = document["carbon_books"]["operational"]["factors"]
        assert (factor["id"], factor["flags"]) == ("flat", {"measured": 96})
        assert document["readings"]["declared"] == ["nodes-idle-power", "tr"]
        assert document["lines"][0]["quality"]["it_energy"] == "allocated"
        assert document["site_ratios"][0]["symbol"] == "iPUE"
        assert document["illustrative"] is True

    def test_keys_of_energy_bear_their_unit(self, report: EnergyReport) -> None:
        for key in json.loads(as_json(report))["lines"][0]:
            assert "energy" not in key or key.endswith(("_wh", "_j", "_relative_u"))

    def test_pages_say_the_same_figures(self, report: EnergyReport) -> None:
        html, document = Page(as_html(report, ENGLISH)).text, json.loads(as_json(report))
        for line in document["lines"]:
            assert f"{line['it_energy_wh'] / 1000:,.3f}" in html
            assert f"{line['facility_energy_wh'] / 1000:,.3f}" in html.replace("\u2212", "-")


class TestReader:
    @pytest.mark.parametrize(("language", "value", "decimals", "written"), [
        ("en", 1234567.891, 1, "1,234,567.9"), ("fr", 1234567.891, 1, "1\u202f234\u202f567,9"),
        ("en", -3.5, 1, "\u22123.5"), ("fr", -3.5, 1, "\u22123,5"), ("en", 0, 0, "0"), ("fr", 999, 0, "999"),
    ])
    def test_numbers(self, language: str, value: float, decimals: int, written: str) -> None:
        assert Reader(language).number(value, decimals) == written

    def test_percent(self) -> None:
        assert Reader("en").percent(0.1234) == "12.3%"
        assert Reader("fr").percent(0.1234, 2) == "12,34\u202f%"

    def test_moments(self, report: EnergyReport) -> None:
        start = report.local(report.period.start)
        assert Reader("en").minute(start) == "2012-03-05 01:00 (UTC+0100)"
        assert Reader("fr").minute(start) == "05/03/2012 01:00 (UTC+0100)"

    def test_names_and_ratios(self, report: EnergyReport) -> None:
        lines = {line.key: line for line in report.lines}
        assert line_name(lines["_free"], ENGLISH) == "_free \u2013 free capacity"
        assert line_name(lines["alpha"], ENGLISH) == "Alpha"
        assert ratio(lines["_residual"], ENGLISH) == ("\u2013", "")
        assert ratio(lines["alpha"], Reader("fr"))[0].startswith("1,39")

    def test_the_closing_line_in_the_readers_language(self, report: EnergyReport) -> None:
        assert closing_line(report, LOUD) == "SUM OF LINES = FACILITY METER: 16\u202f800 WH = 16\u202f800 WH"
