"""Scope 1: litres of gensets and kilograms leaked, never at the grid's factor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from energy.carbon.carbon_of import carbon_of
from energy.carbon.factor_register import register_of
from energy.carbon.grid_books import Supplied, supplied
from energy.carbon.scope1 import burned_litres, scope1_book
from energy.carbon.statement import Book, BookName
from energy.errors import ConservationError, EnergyError, MissingDataError
from energy.interval import Period
from energy.units import J_PER_KWH, Joules
from infra.inventory.site import Site
from tests.energy.carbon.made import HOUR, kwh_each_hour, reserved, settled_day, with_carbon

MARCH = Period(datetime(2012, 2, 29, 23, tzinfo=UTC), datetime(2012, 3, 31, 22, tzinfo=UTC))


def served(**kwh: float) -> Supplied:
    """Return lines served by gensets alone in one hour."""
    made = {name: kwh_each_hour(amount) for name, amount in kwh.items()}
    return Supplied({name: energy_j * 0 for name, energy_j in made.items()}, made)


def made_on(*days: int) -> Joules:
    """Return 10 kWh in the first quarter-hour of local days of March, nothing in the others."""
    found = np.zeros(MARCH.count, dtype=np.int64)
    for day in days:
        # the clocks go forward on the 25th: from then on local days begin an hour earlier in UTC
        found[96 * (day - 1) - (4 if day > 25 else 0)] = 10 * J_PER_KWH
    return found


def book(site: Site, parts: Supplied, made_j: Joules, period: Period = HOUR,
         zones: dict[str, dict[str, int]] | None = None) -> Book:
    return scope1_book(site, parts, {"genset": made_j}, reserved(period, zones), register_of(site))


class TestOrigin:
    def test_gensets_serve_all_lines_alike(self) -> None:
        # 1 kWh of 4 came from gensets: a quarter of each line.
        parts = supplied({"a": kwh_each_hour(3), "b": kwh_each_hour(1)}, kwh_each_hour(1))
        assert parts.generated_j["a"].sum() == 0.75 * J_PER_KWH
        assert parts.generated_j["b"].sum() == 0.25 * J_PER_KWH
        assert parts.grid_j["a"].sum() == 2.25 * J_PER_KWH

    def test_a_line_below_zero_carries_nothing_of_it(self) -> None:
        parts = supplied({"a": kwh_each_hour(3), "_residual": -kwh_each_hour(1)}, kwh_each_hour(1))
        assert parts.generated_j["_residual"].sum() == 0
        assert parts.grid_j["_residual"].sum() == -J_PER_KWH
        assert parts.total_grid_j().sum() == J_PER_KWH

    def test_a_joule_is_never_lost(self) -> None:
        lines = {name: np.array([7, 11, 0], dtype=np.int64) for name in "abc"}
        parts = supplied(lines, np.array([5, 10, 0], dtype=np.int64))
        assert sum(parts.generated_j.values()).tolist() == [5, 10, 0]
        for name, energy_j in lines.items():
            assert (parts.grid_j[name] + parts.generated_j[name]).tolist() == energy_j.tolist()

    def test_energy_that_no_line_used_is_the_residuals(self) -> None:
        zero = np.zeros(4, dtype=np.int64)
        parts = supplied({"a": zero, "_residual": zero}, kwh_each_hour(1))
        assert parts.generated_j["_residual"].sum() == J_PER_KWH

    def test_without_a_residual_line_that_is_a_fault(self) -> None:
        with pytest.raises(ConservationError, match="gensets made energy that no line used"):
            supplied({"a": np.zeros(4, dtype=np.int64)}, kwh_each_hour(1))


class TestFuel:
    def test_by_rating(self, small: Site) -> None:
        # 10 kWh x 0.27 L/kWh = 2.7 L of HVO x 35.58 g/L = 96.066 g; three quarters of it are a's: 72.0495 g.
        result = book(small, served(a=7.5, b=2.5), kwh_each_hour(10))
        assert result.total_grams == 96.066
        # 72,049.5 mg: the halves are shared out by largest remainder, the first name has the milligram.
        assert (result.grams("a"), result.grams("b")) == (72.050, 24.016)
        [use] = result.factors
        assert (use.id, use.verified) == ("uk-gov-2025-hvo-litre", False)

    def test_by_gauge(self, small: Site) -> None:
        site = with_carbon(small, fuel_uses={"march": {"genset": "genset", "litres": 40, "since": "2012-03-01",
                                                       "until": "2012-04-01"}})
        # 40 L, whatever the rating says of 10 kWh.
        assert burned_litres(site, "genset", made_on(15), MARCH) == 40
        assert burned_litres(small, "genset", made_on(15), MARCH) == Fraction("2.7")

    def test_outside_a_gauged_span_the_rating_says(self, small: Site) -> None:
        # 10 kWh on the 9th, gauged; 10 kWh on the 10th and again on the 20th, not: 40 + 2 x 2.7 L.
        # red when any gauged span silences the rating for the month (40), or local days are taken for UTC's
        site = with_carbon(small, fuel_uses={"test-run": {"genset": "genset", "litres": 40, "since": "2012-03-09",
                                                          "until": "2012-03-10"}})
        assert burned_litres(site, "genset", made_on(9, 10, 20), MARCH) == Fraction("45.4")
        assert burned_litres(site, "genset", None, MARCH) == 40

    def test_two_spans_and_what_lies_between(self, small: Site) -> None:
        spans = {"one": {"genset": "genset", "litres": 1, "since": "2012-03-01", "until": "2012-03-03"},
                 "two": {"genset": "genset", "litres": 2, "since": "2012-03-30", "until": "2012-04-01"}}
        site = with_carbon(small, fuel_uses=spans)
        assert burned_litres(site, "genset", made_on(1, 2, 31), MARCH) == 3
        assert burned_litres(site, "genset", made_on(1, 2, 3, 31), MARCH) == Fraction("5.7")

    def test_another_gensets_gauge_says_nothing(self, small: Site) -> None:
        site = with_carbon(small, fuel_uses={"other": {"genset": "spare", "litres": 40, "since": "2012-03-01",
                                                       "until": "2012-04-01"}})
        assert burned_litres(site, "genset", made_on(15), MARCH) == Fraction("2.7")

    def test_a_gauge_over_the_edge_of_the_month(self, small: Site) -> None:
        site = with_carbon(small, fuel_uses={"winter": {"genset": "genset", "litres": 40, "since": "2012-02-15",
                                                        "until": "2012-03-15"}})
        with pytest.raises(EnergyError, match="'winter' run from 2012-02-15 to 2012-03-15, over the edge") as why:
            burned_litres(site, "genset", kwh_each_hour(10), MARCH)
        assert why.value.where == "carbon.fuel_uses.winter"
        assert "first day of each month" in why.value.remedy

    def test_another_months_gauge_says_nothing(self, small: Site) -> None:
        site = with_carbon(small, fuel_uses={"april": {"genset": "genset", "litres": 40, "since": "2012-04-01",
                                                       "until": "2012-05-01"}})
        assert burned_litres(site, "genset", None, MARCH) == 0

    def test_at_rest_nothing_is_burned(self, small: Site) -> None:
        result = book(small, served(a=0), kwh_each_hour(0))
        assert (result.total_grams, result.factors) == (0.0, ())

    def test_a_fuel_without_row_is_refused(self, small: Site) -> None:
        genset = small.power.gensets["genset"].model_copy(update={"fuel": "coal-oil"})
        site = small.model_copy(update={"power": small.power.model_copy(update={"gensets": {"genset": genset}})})
        with pytest.raises(MissingDataError, match="no fuel factor of coal-oil") as why:
            book(site, served(a=1), kwh_each_hour(1))
        assert "add the row" in why.value.remedy

    def test_a_gauge_without_any_line_served_is_the_residuals(self, small: Site) -> None:
        site = with_carbon(small, fuel_uses={"march": {"genset": "genset", "litres": 10, "since": "2012-03-01",
                                                       "until": "2012-04-01"}})
        result = book(site, served(a=0), made_on(), MARCH)
        assert result.grams("_residual") == 355.8  # 10 L x 35.58 g: a test run that no meter saw


def refill(**changes: Any) -> dict[str, Any]:
    return {"at": "crah", "fluid": "HFC-134a", "kg": 0.5, "day": "2012-03-14", **changes}


ZONES = {"air": {"alpha": 300, "_free": 100}, "oil": {"beta": 7}}


class TestLeaks:
    @pytest.mark.parametrize(("at", "lines"), [
        ("crah", {"alpha": 536_250.0, "_free": 178_750.0}),  # the CRAH serves air: 3 : 1
        ("air", {"alpha": 536_250.0, "_free": 178_750.0}),
        ("cdu", {"beta": 715_000.0}), ("tank", {"beta": 715_000.0}), ("oil", {"beta": 715_000.0})])
    def test_to_the_zone_that_it_cools(self, small: Site, at: str, lines: dict[str, float]) -> None:
        # 0.5 kg x 1,430 = 715 kg.
        site = with_carbon(small, refills={"r": refill(at=at)})
        result = book(site, served(a=0), kwh_each_hour(0), MARCH, ZONES)
        assert {name: result.grams(name) for name in lines} == lines
        assert result.total_grams == 715_000.0

    def test_oil_has_no_warming_of_its_own(self, small: Site) -> None:
        site = with_carbon(small, refills={"r": refill(at="tank", fluid="pao", kg=12)})
        result = book(site, served(a=0), kwh_each_hour(0), MARCH, ZONES)
        assert result.total_grams == 0.0
        assert result.factors[0].id == "eu-2024-573-pao", "the page shows the row all the same"

    def test_a_fluid_that_boils_has(self, small: Site) -> None:
        # 0.2 kg of HFE-7100 x 460 = 92 kg.
        site = with_carbon(small, refills={"r": refill(at="tank", fluid="HFE-7100", kg=0.2)})
        assert book(site, served(a=0), kwh_each_hour(0), MARCH, ZONES).grams("beta") == 92_000.0

    @pytest.mark.parametrize(("day", "counts"), [("2012-02-29", False), ("2012-03-01", True), ("2012-03-31", True),
                                                 ("2012-04-01", False)])
    def test_on_its_own_day_in_local_time(self, small: Site, day: str, counts: bool) -> None:
        site = with_carbon(small, refills={"r": refill(day=day)})
        result = book(site, served(a=0), kwh_each_hour(0), MARCH, ZONES)
        assert bool(result.total_quanta) is counts

    def test_days_of_a_month_add_up_to_it(self, small: Site) -> None:
        site = with_carbon(small, refills={"r": refill(), "s": refill(day="2012-03-31", kg=0.25)})
        days = [Period(MARCH.start + timedelta(days=number), MARCH.start + timedelta(days=number + 1))
                for number in range(30)]
        last = Period(days[-1].end, MARCH.end)
        found = [book(site, served(a=0), kwh_each_hour(0), day, ZONES).total_quanta for day in (*days, last)]
        assert sum(found) == book(site, served(a=0), kwh_each_hour(0), MARCH, ZONES).total_quanta > 0

    def test_an_unknown_fluid_is_refused(self, small: Site) -> None:
        site = with_carbon(small, refills={"r": refill(fluid="R-999")})
        with pytest.raises(MissingDataError, match="no gwp factor of R-999"):
            book(site, served(a=0), kwh_each_hour(0), MARCH, ZONES)


def test_a_day_with_a_test_run_closes_in_every_book(small: Site, day: Period) -> None:
    # The genset gives 100 W, the grid 600 W: 2.4 kWh x 0.27 x 35.58 g = 23.05584 g -> 23.056 g in whole milligrams.
    # Today's factor of the grid is for the 600 W alone. Turns red when gensets' energy takes the grid's factor.
    lines, made, held = settled_day(small, day, facility=600, genset_out=100)
    statement = carbon_of(small, day, lines, made, held)
    assert statement.books[BookName.SCOPE_1].total_grams == 23.056
    without = carbon_of(small, day, {"all": sum(lines.values()) - made["genset"]}, {}, held)
    assert (statement.books[BookName.OPERATIONAL].total_quanta
            == without.books[BookName.OPERATIONAL].total_quanta)
