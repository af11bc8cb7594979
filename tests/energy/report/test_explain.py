"""Why a tenant's figure is what it is: the same figures as the report's, step by step, in picture and page."""

from __future__ import annotations

import dataclasses
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from energy.allocation.result import Component
from energy.carbon.statement import BookName, FactorUse, Remark
from energy.closing.settled_period import SettledPeriod
from energy.errors import EnergyError
from energy.interval import Period
from energy.ledger.manifest import State
from energy.report.books import BOOK_TITLES, factor_line
from energy.report.build import report_of
from energy.report.explain import REASONS, TITLES, Explanation, Step, explanation_of
from energy.report.explain_files import COLOURS, as_html, as_svg, blank_reason, book_figure
from energy.report.reader import Reader
from infra.inventory.site import Site
from tests.energy.report.made import made_period
from tests.energy.report.test_pages import Page

ENGLISH, FRENCH = Reader(), Reader("fr")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def settled(small: Site, day: Period) -> SettledPeriod:
    return made_period(small, day)


@pytest.fixture(scope="module")
def alpha(settled: SettledPeriod) -> Explanation:
    return explanation_of(settled, "alpha")


def test_own_steps_are_the_reports_cells(settled: SettledPeriod, alpha: Explanation) -> None:
    # Rounded by themselves they were a watt-hour off the report's line on some months: a reader compares the two.
    line = report_of(settled).lines[0]
    assert [alpha.steps_wh[step] for step in list(Step)[:5]] == [line.energy_wh[part] for part in (
        Component.DYNAMIC, Component.IDLE, Component.COOLING, Component.LOSS, Component.BASE)]
    assert alpha.direct_wh == line.facility_energy_wh == 7182


def test_shares_are_the_full_cost_views(settled: SettledPeriod, alpha: Explanation) -> None:
    line = report_of(settled).full_cost.lines[0]
    assert (alpha.steps_wh[Step.FREE_SHARE], alpha.steps_wh[Step.PLATFORM_SHARE],
            alpha.steps_wh[Step.RESIDUAL_SHARE]) == (line.free_wh, line.platform_wh, line.residual_wh)
    assert alpha.full_cost_wh == line.total_wh


def test_all_tenants_together_bear_the_meter(settled: SettledPeriod, small: Site) -> None:
    assert sum(explanation_of(settled, tenant).full_cost_wh for tenant in small.tenants) == 16_800


def test_an_unknown_tenant_is_refused_with_those_that_there_are(settled: SettledPeriod) -> None:
    with pytest.raises(EnergyError, match="no tenant 'gamma'") as refusal:
        explanation_of(settled, "gamma")
    assert refusal.value.figures["known"] == "alpha, beta"
    assert refusal.value.where == "--tenant"


def test_it_says_its_state_and_whether_it_is_an_example(alpha: Explanation) -> None:
    assert (alpha.state, alpha.illustrative) == (State.OPEN, True)
    assert "Illustrative site" in as_html(alpha, ENGLISH)
    real = dataclasses.replace(alpha, illustrative=False, state=State.CLOSED)
    assert "Illustrative site" not in as_html(real, ENGLISH)
    assert '<p class="state">closed</p>' in as_html(real, ENGLISH)


def test_every_step_has_a_title_a_reason_and_a_colour() -> None:
    assert set(TITLES) == set(REASONS) == set(COLOURS) == set(Step)
    assert len(set(COLOURS.values())) == len(Step)
    assert set(BOOK_TITLES) == set(BookName)


class TestPicture:
    def test_bars_float_from_where_the_last_one_ended(self, alpha: Explanation) -> None:
        root = ElementTree.fromstring(as_svg(alpha, ENGLISH))
        bars = [(float(bar.get("x", 0)), float(bar.get("width", 0))) for bar in root.iter(f"{SVG}rect")][1:]
        own = bars[:5]
        for (x, width), (after, _width) in pairwise(own):
            assert after == pytest.approx(x + width, abs=0.3)
        total = bars[5]
        assert total[0] == own[0][0]  # a sum begins at zero
        assert total[1] == pytest.approx(own[-1][0] + own[-1][1] - own[0][0], abs=0.3)

    def test_it_is_named_and_described(self, alpha: Explanation) -> None:
        root = ElementTree.fromstring(as_svg(alpha, ENGLISH))
        described = root.find(f"{SVG}desc")
        assert described is not None
        assert "own use: " in str(described.text)
        assert root.get("role") == "img"

    def test_a_negative_share_is_drawn_backwards(self, settled: SettledPeriod, alpha: Explanation) -> None:
        steps = {**alpha.steps_wh, Step.RESIDUAL_SHARE: -500}
        picture = as_svg(dataclasses.replace(alpha, steps_wh=steps), ENGLISH)
        assert "\u22120.500" in picture
        assert not re.search(r'width="-', picture)

    def test_names_are_escaped(self, alpha: Explanation) -> None:
        evil = dataclasses.replace(alpha, name="<script>x</script>")
        assert "<script" not in as_svg(evil, ENGLISH) + as_html(evil, ENGLISH)


class TestPage:
    def test_every_tag_is_closed_and_figures_stand_there(self, alpha: Explanation) -> None:
        page = Page(as_html(alpha, ENGLISH))
        assert page.open == []
        for expected in ("Why Alpha bears", "7.182", "own use", "what nodes drew above rest"):
            assert expected in page.text
        assert len(page.all("h1")) == 1

    def test_in_french(self, alpha: Explanation) -> None:
        assert "7,182" in as_html(alpha, FRENCH)

    def test_books_with_their_uncertainty_and_why_one_is_blank(self, alpha: Explanation) -> None:
        kilograms, u = book_figure(alpha, BookName.OPERATIONAL, ENGLISH)
        assert float(kilograms) == pytest.approx(0.53865, rel=0.02)
        assert u.startswith("\u00b1")
        assert book_figure(alpha, BookName.MARKET, ENGLISH) == ("\u2013", "")
        assert blank_reason(alpha, BookName.MARKET, ENGLISH) == (
            "no residual factor of FR covers 2012-03-05 to 2012-03-06")
        assert blank_reason(alpha, BookName.OPERATIONAL, ENGLISH) == ""
        assert "no residual factor of FR" in as_html(alpha, ENGLISH)

    def test_why_a_book_is_blank_is_translated_before_it_is_filled(self, alpha: Explanation) -> None:
        french = Reader("fr", lambda message: {"no {x}": "pas de {x}"}[message])
        blank = dataclasses.replace(alpha, blanks={BookName.MARKET: Remark("no {x}", {"x": "mix"})})
        assert blank_reason(blank, BookName.MARKET, french) == "pas de mix"


@pytest.mark.parametrize(("use", "line"), [
    (FactorUse("a", "g/kWh", 67.58, "RTE", "L", "s", "2012", verified=True), "a: 67.6 g/kWh, RTE 2012"),
    (FactorUse("b", "kg", 2087.5, "EU", "L", "s", "2024", verified=False),
     "b: 2,087.5 kg, EU 2024 [not verified with its publisher]"),
    (FactorUse("c", "g", 90, "X", "L", "s", "2012", verified=False, illustrative=True),
     "c: 90.0 g, X 2012 [illustrative]"),
    (FactorUse("d", "kg", 900, "site file, carbon.assets", "-", "s", "-", verified=False),
     "d: 900.0 kg, site file, carbon.assets [declared]"),
])
def test_a_factor_in_one_line(use: FactorUse, line: str) -> None:
    assert factor_line(use, ENGLISH) == line
