"""The sections of the page, each by what it says of the hand-computed day; mutations that turn them red are named."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from energy.allocation.iso_compute import IsoCompute
from energy.carbon.statement import Book, BookName, FactorUse, Remark
from energy.graph.balance import Verdict
from energy.interval import Period
from energy.ledger.manifest import State
from energy.readings.coverage import Coverage
from energy.readings.finding import Finding, FindingKind
from energy.readings.flags import Flag
from energy.report.grid import Grid, Row
from energy.report.lines import EnergyReport
from energy.report.reader import Reader
from energy.report.sections.carbon_tables import carbon_section
from energy.report.sections.cooling_tables import comparison, cooling_section
from energy.report.sections.feed_tables import feed_section, ratio_section
from energy.report.sections.glossary import glossary_of, source_section
from energy.report.sections.head import cards, head_of, state_line
from energy.report.sections.line_tables import full_cost_section, line_section, part_section
from energy.report.sections.reading_tables import SHOWN, coverage_line, reading_section
from infra.inventory.errors import Detail
from infra.inventory.site import Site
from tests.energy.report.made import made_report

ENGLISH, FRENCH = Reader(), Reader("fr")


@pytest.fixture(scope="module")
def report(small: Site, day: Period) -> EnergyReport:
    return made_report(small, day)


def row(grid: Grid, name: str) -> Row:
    return next(each for each in grid.rows if each.name.startswith(name))


def texts(one: Row | None) -> list[str]:
    assert one is not None
    return [cell.text for cell in one.cells]


def with_readings(report: EnergyReport, **changes: Any) -> EnergyReport:
    return dataclasses.replace(report, readings=dataclasses.replace(report.readings, **changes))


def test_every_row_of_every_table_has_a_cell_per_column(report: EnergyReport) -> None:
    for make in (line_section, part_section, full_cost_section, carbon_section, cooling_section, ratio_section,
                 feed_section, reading_section):
        for grid in make(report, ENGLISH).grids:
            for each in (*grid.rows, *([grid.total] if grid.total else [])):
                assert len(each.cells) in (0, len(grid.columns) - 1), each.name
            if grid.groups:
                assert sum(count for _title, count in grid.groups) == len(grid.columns) - 1


class TestHead:
    @pytest.mark.parametrize(("state", "closes", "said"), [
        (State.OPEN, (), "open \u2013 settled for this page and kept nowhere: figures may still change"),
        (State.PROVISIONAL, ("a" * 64,), f"figures may still change \u00b7 close {'a' * 16}"),
        (State.CLOSED, ("b" * 64,), f"these figures bind \u00b7 close {'b' * 16}"),
        (State.RESTATED, ("c" * 64,), "these figures bind and replace earlier ones"),
        (State.CLOSED, ("a" * 64, "d" * 64), f"2 closes, the last one {'d' * 16}"),
    ])
    def test_whether_the_figures_bind(self, report: EnergyReport, state: State, closes: tuple[str, ...],
                                      said: str) -> None:
        # Mutation: a state of another key in MEANINGS turns one of these red.
        assert said in state_line(dataclasses.replace(report, state=state, closes=closes), ENGLISH)

    def test_what_was_let_pass_stands_on_top(self, report: EnergyReport) -> None:
        assert not any("Let pass" in notice for notice in head_of(report, ENGLISH).notices)
        notices = head_of(with_readings(report, allowed=("estimated", "partial")), ENGLISH).notices
        assert notices[-1].endswith("estimated, partial.")

    def test_cards(self, report: EnergyReport) -> None:
        shown = {card.title: card for card in cards(report, ENGLISH)}
        assert shown["Facility meter"].figure == "16.8"  # 700 W x 24 h
        assert shown["IT energy at the outlets"].figure == "12.0"
        assert shown["Not closed"].figure == "1.00%"  # 168 Wh of 16,800
        assert shown["Energy that was measured"].figure == "100.00%"
        assert re.fullmatch(r"1\.400?\d?", shown["iPUE"].figure)
        assert shown["iPUE"].flag.startswith("\u00b1")

    def test_the_flag_of_a_card_is_that_of_the_least_sure_reading(self, report: EnergyReport) -> None:
        cells = {**dict.fromkeys(Flag, 0), Flag.MEASURED: 99, Flag.ESTIMATED: 1}
        changed = with_readings(report, coverage=Coverage(cells, {**cells}))
        shown = {card.title: card for card in cards(changed, ENGLISH)}
        assert shown["Facility meter"].flag == "estimated"
        assert shown["Energy that was measured"].figure == "99.00%"


class TestLines:
    def test_alpha_by_hand(self, report: EnergyReport) -> None:
        section = line_section(report, ENGLISH)
        alpha = row(section.grids[0], "Alpha")
        assert texts(alpha)[:3] == ["5.160", "2.022", "7.182"]
        assert texts(alpha)[4] == "42.8%"  # 7.182 of 16.8
        assert alpha.cells[0].note == "allocated"
        assert alpha.cells[5].note.startswith("\u00b1")
        assert section.closing == "sum of lines = facility meter: 16,800 Wh = 16,800 Wh"
        assert texts(section.grids[0].total)[2] == "16.800"

    def test_it_says_why_digits_differ(self, report: EnergyReport) -> None:
        (note,) = line_section(report, ENGLISH).notes
        assert "Energies keep all their digits: printed lines add up" in note

    def test_parts_add_up_across_and_down(self, report: EnergyReport) -> None:
        (grid,) = part_section(report, ENGLISH).grids
        down = [sum(float(texts(each)[place].replace("\u2212", "-")) for each in grid.rows) for place in range(6)]
        assert down == pytest.approx([float(text) for text in texts(grid.total)])
        assert sum(float(text) for text in texts(grid.total)) == pytest.approx(16.8)

    def test_full_cost_is_the_same_energy_seen_another_way(self, report: EnergyReport) -> None:
        (grid,) = full_cost_section(report, ENGLISH).grids
        assert texts(grid.total)[4] == "16.800"
        assert texts(row(grid, "Alpha"))[0] == "7.182"  # the printed line, to the watt-hour
        for each in grid.rows:
            *parts, total = (float(text.replace("\u2212", "-")) for text in texts(each)[:5])
            assert sum(parts) == pytest.approx(total)

    def test_energy_that_nobody_was_there_to_bear_is_a_row(self, report: EnergyReport) -> None:
        view = dataclasses.replace(report.full_cost, unborne_wh=42)
        (grid,) = full_cost_section(dataclasses.replace(report, full_cost=view), ENGLISH).grids
        assert texts(grid.rows[-1])[4] == "0.042"


class TestCarbon:
    def test_books_stand_side_by_side_and_are_not_added(self, report: EnergyReport) -> None:
        section = carbon_section(report, ENGLISH)
        books = section.grids[0]
        assert [count for _title, count in books.groups] == [3, 1, 3]
        assert len(books.columns) == 1 + len(BookName)  # a column "sum" would turn this red
        assert "never add them" in section.lead[0]
        assert texts(books.total)[0] == "1.3"  # 8.4 kWh x 50 g + 8.4 kWh x 100 g = 1,260 g

    def test_a_blank_book_is_a_dash_and_says_why(self, report: EnergyReport) -> None:
        section = carbon_section(report, ENGLISH)
        place = list(BookName).index(BookName.MARKET)
        assert {texts(each)[place] for each in section.grids[0].rows} == {"\u2013"}
        assert texts(section.grids[0].total)[place] == "\u2013"
        assert any("market-based" in note and "no residual factor of FR covers" in note for note in section.notes)

    def test_each_factor_has_scope_licence_and_edition(self, report: EnergyReport) -> None:
        flat = row(carbon_section(report, ENGLISH).grids[1], "flat")
        assert texts(flat) == ["75.0 gCO2/kWh", "made for a test", "nobody", "none"]
        assert flat.explained == ""

    @pytest.mark.parametrize(("changes", "marks"), [
        ({"illustrative": True}, "illustrative"), ({"verified": True}, ""),
        ({"publisher": "site file, carbon.assets"}, "declared"), ({}, "not verified with its publisher")])
    def test_marks(self, report: EnergyReport, changes: dict[str, Any], marks: str) -> None:
        use = dataclasses.replace(FactorUse("zz", "g", 1.0, "P", "-", "s", "-", verified=False), **changes)
        book = Book(BookName.SCOPE_1, {}, 0, (use,))
        changed = dataclasses.replace(report, books={**report.books, BookName.SCOPE_1: book})
        found = row(carbon_section(changed, ENGLISH).grids[1], "zz")
        assert found.explained == marks
        assert texts(found)[3] == "\u2013"  # no licence is a dash, not a stray hyphen

    def test_embodied_factors_are_listed_once(self, report: EnergyReport) -> None:
        use = FactorUse("server", "kgCO2e", 900.0, "P", "L", "s", "e", verified=True, half_width=90.0)
        books = {name: Book(name, {}, 0, (use,)) for name in list(BookName)[-3:]}
        grid = carbon_section(dataclasses.replace(report, books={**report.books, **books}), ENGLISH).grids[1]
        assert [each.name for each in grid.rows].count("server") == 1
        assert row(grid, "server").cells[0].note == "\u00b1\u00a090.0"

    def test_remarks_are_told(self, report: EnergyReport) -> None:
        remark = Remark("instrument '{instrument}' is lost", {"instrument": "ppa"})
        book = dataclasses.replace(report.books[BookName.OPERATIONAL], remarks=(remark,))
        changed = dataclasses.replace(report, books={**report.books, BookName.OPERATIONAL: book})
        assert any(note.endswith("instrument 'ppa' is lost") for note in carbon_section(changed, ENGLISH).notes)

    def test_by_zone_it_says_that_other_books_are_the_sites(self, small: Site, day: Period) -> None:
        section = carbon_section(made_report(small, day, "zone"), ENGLISH)
        assert len(section.lead) == 2
        assert texts(row(section.grids[0], "air"))[1:] == ["\u2013"] * 6


class TestCooling:
    def test_zones_by_hand(self, report: EnergyReport) -> None:
        (grid,) = cooling_section(report, ENGLISH).grids
        # air IT 260 W, oil 240 W over 24 h; no server of the small site says what its fans drew
        assert texts(row(grid, "air"))[:2] == ["6.240", "0.000"]
        assert texts(row(grid, "oil"))[0] == "5.760"
        assert texts(row(grid, "air"))[4] == "1.000"

    def test_a_ratio_that_misleads_is_warned_of(self, report: EnergyReport) -> None:
        # PUE falls from air to oil and energy per computing rises: beta's GPU makes no work here in core-seconds.
        (warning,) = cooling_section(report, ENGLISH).warnings
        assert warning.startswith("PUE falls by 9.7 %")

    def test_the_comparison_is_signed(self, report: EnergyReport) -> None:
        found = report.iso_compute
        assert isinstance(found, IsoCompute)
        said = comparison(dataclasses.replace(found, pue_change=-0.031, tue_change=0.02, energy_per_work_change=0.0),
                          ENGLISH)
        assert said == ("From air to oil, for the same computing: pPUE \u22123.1%, TUE +2.0%, "
                        "energy per core-second 0.0%.")

    def test_a_site_of_one_kind_compares_nothing(self, report: EnergyReport) -> None:
        section = cooling_section(dataclasses.replace(report, iso_compute=None), ENGLISH)
        assert (section.closing, section.warnings) == ("", ())

    def test_no_warning_no_notice(self, report: EnergyReport) -> None:
        found = report.iso_compute
        assert isinstance(found, IsoCompute)
        quiet = dataclasses.replace(report, iso_compute=dataclasses.replace(found, warning=None))
        assert cooling_section(quiet, ENGLISH).warnings == ()
        warned = dataclasses.replace(found, warning=Detail("z", "{a} b", {"a": 1}))
        loud = dataclasses.replace(report, iso_compute=warned)
        assert cooling_section(loud, ENGLISH).warnings == ("1 b",)


class TestFeeds:
    def test_ratios_and_what_is_lost_between(self, report: EnergyReport) -> None:
        (grid,) = ratio_section(report, ENGLISH).grids
        # 700 W at the facility, 500 W at UPS outputs, PDU outputs and outlets alike
        assert [texts(each)[:2] for each in grid.rows] == [
            ["12.000", "4.800"], ["12.000", "0.000"], ["12.000", "0.000"]]
        assert grid.rows[0].name.startswith("iPUE1")

    def test_the_ladder_says_it_in_words_too(self, report: EnergyReport) -> None:
        (picture,) = ratio_section(report, ENGLISH).pictures
        description = re.search(r"<desc[^>]*>([^<]*)", picture)
        assert description is not None
        assert "less 4.8 kWh" in description[1]
        assert 'role="img"' in picture

    def test_a_parent_that_does_not_close_is_marked(self, report: EnergyReport) -> None:
        balance = dataclasses.replace(report.feeding.balances[0], residual_j=36_000_000, u_j=3_600_000.0,
                                      verdict=Verdict.OPEN)
        feeding = dataclasses.replace(report.feeding, balances=(balance,))
        (one,) = feed_section(dataclasses.replace(report, feeding=feeding), ENGLISH).grids[0].rows
        assert texts(one)[-2:] == ["10.000", "does not close"]
        assert one.cells[3].note == "\u00b1\u00a02.0"  # twice the standard uncertainty, as the test is made
        assert one.mark == "verdict-open"

    def test_feeds_a_and_b(self, report: EnergyReport) -> None:
        grid = feed_section(report, ENGLISH).grids[1]
        # A 180 W, B 320 W
        assert [(each.name, texts(each)) for each in grid.rows] == [
            ("feed A", ["4.320", "36.0%"]), ("feed B", ["7.680", "64.0%"])]

    def test_the_supply_is_named_in_the_readers_words(self, report: EnergyReport) -> None:
        loud = Reader("en", lambda message: f"<{message}>")
        assert "<supply>" in [each.name for each in feed_section(report, loud).grids[0].rows]


class TestReadings:
    def test_all_measured(self, report: EnergyReport) -> None:
        section = reading_section(report, ENGLISH)
        assert [texts(each) for each in section.grids[0].rows] == [["1,344", "58.5", "100.00%"]]  # 14 meters x 96
        assert "Nothing was noticed while reading." in section.notes
        assert "Nothing was let pass." in section.notes
        assert section.warnings == ()

    def test_coverage_in_one_line(self, report: EnergyReport) -> None:
        cells = {**dict.fromkeys(Flag, 0), Flag.MEASURED: 3, Flag.MISSING: 1}
        changed = with_readings(report, coverage=Coverage(cells, cells))
        assert coverage_line(changed, FRENCH) == "measured 75,00\u202f%, missing 25,00\u202f%"
        empty = Coverage(dict.fromkeys(Flag, 0), dict.fromkeys(Flag, 0))
        assert coverage_line(with_readings(report, coverage=empty), ENGLISH) == "\u2013"

    def test_findings_say_where_what_how_often_and_when(self, report: EnergyReport) -> None:
        found = Finding(FindingKind.RESET, "ups-a-in", "fell to {to}", 3, datetime(2012, 3, 5, 12, tzinfo=UTC), None,
                        {"to": 0})
        section = reading_section(with_readings(report, findings=(found,)), ENGLISH)
        assert section.grids[1].rows[0].name == "ups-a-in"
        assert texts(section.grids[1].rows[0]) == ["fell to 0", "3", "2012-03-05 13:00 (UTC+0100)", "\u2013"]
        assert "Nothing was noticed while reading." not in section.notes

    def test_a_long_list_is_cut_and_says_so(self, report: EnergyReport) -> None:
        many = tuple(Finding(FindingKind.GAP, f"m{number}", "gap") for number in range(SHOWN + 7))
        section = reading_section(with_readings(report, findings=many), ENGLISH)
        assert len(section.grids[1].rows) == SHOWN
        assert any(note.startswith("7 more findings") for note in section.notes)

    def test_what_was_let_pass_is_a_warning_here_too(self, report: EnergyReport) -> None:
        section = reading_section(with_readings(report, allowed=("retention",)), ENGLISH)
        assert "retention" in section.warnings[0]
        assert "Nothing was let pass." not in section.notes

    def test_bridged_meters_and_unseen_energy(self, report: EnergyReport) -> None:
        changed = dataclasses.replace(with_readings(report, bridged={"b": 2, "a": 1}), unseen_j=7_200_000)
        notes = reading_section(changed, ENGLISH).notes
        assert any(note.endswith("a (1), b (2).") for note in notes)
        assert any("at most 2.000 kWh" in note for note in notes)


class TestGlossary:
    def test_components_have_a_swatch_and_flags_have_none(self, report: EnergyReport) -> None:
        terms = glossary_of(report, ENGLISH).terms
        assert [bool(colour) for _term, colour, _meaning in terms[:6]] == [True] * 6
        assert {term for term, colour, _meaning in terms if not colour} >= {"measured", "allocated", "derived"}
        assert "estimated" not in {term for term, _colour, _meaning in terms}

    def test_sources_name_series_declared_elements_and_method(self, report: EnergyReport) -> None:
        notes = source_section(report, ENGLISH).notes
        assert notes[0].startswith("iPUE: interim ratio")
        assert any("register row flat" in note for note in notes)
        assert any(f"version {report.method_version}." in note for note in notes)
