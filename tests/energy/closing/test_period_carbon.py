"""The books of a period: made of its lines, added up over months, blank where one of them is."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from energy.carbon.imports import import_eco2mix
from energy.carbon.quanta import QUANTA_PER_GRAM
from energy.carbon.statement import Book, BookName, FactorUse, Remark
from energy.closing.inputs import MonthInputs
from energy.closing.period_carbon import FactorSource, PeriodCarbon, added
from energy.closing.settled_period import SettledPeriod, settled_month
from energy.interval import Period
from energy.readings.telemetry import Telemetry
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use

FIRST = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 2, tzinfo=UTC))
SECOND = Period(datetime(2012, 3, 5, 2, tzinfo=UTC), datetime(2012, 3, 5, 4, tzinfo=UTC))
WHY = Remark("no factor of {year}", {"year": 2012})


def settled(site: Site, period: Period, **watts: float) -> SettledPeriod:
    inputs = MonthInputs("2012-03", constant_readings(period, **watts), constant_use(period), Telemetry(period), "here")
    return settled_month(site, inputs, FactorSource())


@pytest.fixture(scope="module")
def first(site: Site) -> PeriodCarbon:
    return settled(site, FIRST).carbon


@pytest.fixture(scope="module")
def second(site: Site) -> PeriodCarbon:
    return settled(site, SECOND).carbon


def book(name: str = "f", value: float = 50.0, flags: dict[str, int] | None = None, **quanta: int) -> Book:
    use = FactorUse(name, "gCO2/kWh", value, "RTE", "LO", "direct", "2012", True, flags=flags or {})
    return Book(BookName.OPERATIONAL, quanta, sum(quanta.values()), (use,))


class TestOfAPeriod:
    def test_every_view_weighs_the_same_energy(self, first: PeriodCarbon) -> None:
        operational = first.direct.books[BookName.OPERATIONAL]
        assert operational.total_quanta == first.zones.total_quanta == first.full_cost.total_quanta

    def test_the_operational_book_by_hand(self, site: Site, first: PeriodCarbon) -> None:
        # the mean of the eight quarters' factors times 1.4 kWh: constant power, so that the mean is enough
        (factor,) = first.zones.factors
        assert first.zones.total_grams == pytest.approx(1.4 * factor.value)
        assert sum(factor.flags.values()) == 8

    def test_zones_and_the_residual_are_its_lines(self, first: PeriodCarbon) -> None:
        assert set(first.zones.quanta) == {"air", "oil", "_residual"}

    def test_tenants_alone_are_lines_of_the_full_cost_view(self, first: PeriodCarbon) -> None:
        assert set(first.full_cost.quanta) == {"alpha", "beta"}

    def test_gensets_take_no_grid_factor(self, site: Site, first: PeriodCarbon) -> None:
        # 100 of the 700 W from the genset: six sevenths of the grid's carbon are left
        half = settled(site, FIRST, facility=600, genset_out=100).carbon
        assert half.zones.total_quanta / first.zones.total_quanta == pytest.approx(6 / 7)
        assert half.direct.books[BookName.SCOPE_1].total_quanta > 0


class TestAdded:
    def test_two_periods_add_up_book_by_book(self, first: PeriodCarbon, second: PeriodCarbon) -> None:
        both = first + second
        for name, found in both.direct.books.items():
            assert found.total_quanta == first.direct.books[name].total_quanta + second.direct.books[
                name].total_quanta
        assert both.zones.total_quanta == first.zones.total_quanta + second.zones.total_quanta
        assert both.direct.period == Period(FIRST.start, SECOND.end)

    def test_a_line_of_one_period_alone_stays(self) -> None:
        both = added(book(alpha=10), book(beta=5))
        assert both.quanta == {"alpha": 10, "beta": 5}
        assert both.total_quanta == 15

    def test_blank_where_either_is(self) -> None:
        blank = dataclasses.replace(book(), quanta={}, total_quanta=0, blank=WHY)
        for one, other in ((book(alpha=10), blank), (blank, book(alpha=10))):
            both = added(one, other)
            assert both.blank == WHY
            assert both.quanta == {}
            assert both.grams("alpha") is None

    def test_a_series_is_one_factor_with_its_mean_over_all(self) -> None:
        # 100 quarters at 40 g and 300 at 60 g: 55 g
        both = added(book(value=40.0, flags={"measured": 100}),
                     book(value=60.0, flags={"measured": 290, "derived": 10}))
        (use,) = both.factors
        assert use.value == pytest.approx(55.0)
        assert use.flags == {"measured": 390, "derived": 10}

    def test_two_figures_of_one_row_are_told_apart(self) -> None:
        both = added(book("year", 40.0), book("year", 60.0))
        assert [use.value for use in both.factors] == [40.0, 60.0]

    def test_the_same_figure_is_told_once(self) -> None:
        assert len(added(book("year", 40.0), book("year", 40.0)).factors) == 1

    def test_a_remark_is_told_once(self) -> None:
        remarked = dataclasses.replace(book(), remarks=(WHY,))
        assert added(remarked, remarked).remarks == (WHY,)


class TestFactorSource:
    def test_without_a_folder_what_is_shipped_is_known(self, site: Site, tmp_path: Path) -> None:
        source = FactorSource.of(tmp_path / "nothing", site)
        assert source.folder is None
        assert source.known_at is not None
        assert source.known_at.date() >= date(2013, 1, 1)

    def test_it_is_the_same_on_every_day(self, site: Site, tmp_path: Path) -> None:
        assert FactorSource.of(tmp_path, site) == FactorSource.of(tmp_path, site)

    def test_an_import_moves_what_is_known(self, site: Site, tmp_path: Path) -> None:
        before = FactorSource.of(tmp_path / "factors", site)
        export = tmp_path / "eco2mix.csv"
        export.write_text(
            "Périmètre;Nature;Date;Heures;Date - Heure;Taux de CO2 (g/kWh)\n"
            "France;Données définitives;2012-03-05;00:00;2012-03-05T00:00:00+01:00;99\n", "utf-8")
        known_at = datetime(2026, 1, 1, tzinfo=UTC)
        import_eco2mix(export, tmp_path / "factors", known_at)
        after = FactorSource.of(tmp_path / "factors", site)
        assert after.folder == tmp_path / "factors"
        assert after.known_at == known_at
        assert before.known_at is not None
        assert before.known_at < known_at

    def test_quanta_are_milligrams_by_the_joule(self, first: PeriodCarbon) -> None:
        total = first.zones.total_quanta
        assert first.zones.total_grams == pytest.approx(total / QUANTA_PER_GRAM)
