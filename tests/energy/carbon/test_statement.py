"""Books and the statement of them: exact sums, blanks with their reason, ranges; and the two grid books by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.carbon.factor_register import Factor
from energy.carbon.grid_books import Supplied, operational_book, statutory_book, supplied, used
from energy.carbon.quanta import QUANTA_PER_GRAM
from energy.carbon.statement import Book, BookName, CarbonStatement
from energy.errors import ConservationError, MissingDataError
from infra.inventory.errors import N_
from tests.energy.carbon.made import HOUR, from_grid, hours, kwh_each_hour
from tests.energy.small import flat_factors


def factor(value: str, low: str | None = None, high: str | None = None) -> Factor:
    bounds = {name: Decimal(bound) for name, bound in (("low", low), ("high", high)) if bound is not None}
    return Factor("mean", "statutory", "FR", "gCO2e/kWh", Decimal(value), "p", "l", "2012", "s", date(2012, 1, 1),
                  date(2013, 1, 1), **bounds)


class TestBook:
    def test_lines_that_miss_the_site_by_one_quantum_are_no_book(self) -> None:
        with pytest.raises(ConservationError, match="lines of book scope-1 do not add up") as why:
            Book(BookName.SCOPE_1, {"a": 3, "b": 4}, 8)
        assert "no figure is shown" in why.value.remedy

    def test_a_blank_book_keeps_reason_and_remedy_and_has_no_zero(self) -> None:
        # red when a blank reads as 0 g: nothing known is not nothing emitted
        why = MissingDataError(N_("no {book} factor of {subject}"), where="w", book="residual", subject="FR",
                               remedy=N_("add the row of {subject}"))
        book = Book.empty(BookName.MARKET, why)
        assert (book.grams("a"), book.total_grams) == (None, None)
        assert str(book.blank) == "no residual factor of FR"
        assert [str(remark) for remark in book.remarks] == ["add the row of FR"]

    def test_a_line_that_bears_nothing_has_none_to_bear(self) -> None:
        book = Book(BookName.SCOPE_1, {"a": QUANTA_PER_GRAM}, QUANTA_PER_GRAM)
        assert (book.grams("a"), book.grams("b"), book.total_grams) == (1.0, 0.0, 1.0)

    def test_a_range_needs_its_three_books(self) -> None:
        books = {name: Book(name, {"a": quanta * QUANTA_PER_GRAM}, quanta * QUANTA_PER_GRAM) for name, quanta in (
            (BookName.EMBODIED_LOW, 1), (BookName.EMBODIED_MID, 2), (BookName.EMBODIED_HIGH, 4))}
        assert CarbonStatement(HOUR, ("a",), books).embodied_grams("a") == (1.0, 2.0, 4.0)
        why = MissingDataError(N_("unknown"), where="w", remedy=N_("say"))
        blank = {**books, BookName.EMBODIED_HIGH: Book.empty(BookName.EMBODIED_HIGH, why)}
        assert CarbonStatement(HOUR, ("a",), blank).embodied_grams("a") is None


class TestGridBooks:
    def test_operational_by_hand(self) -> None:
        # 50 g in the first hour, 100 in the second: a 2 and 1 kWh: 200 g; b 0 and 3: 300; the residual -1 and 0: -50.
        # red when factors are means of the period: a would weigh 225 g
        parts = from_grid(a=kwh_each_hour(2, 1), b=kwh_each_hour(0, 3), _residual=-kwh_each_hour(1, 0))
        found = operational_book(parts, flat_factors(hours(2)))
        assert [found.grams(line) for line in ("a", "b", "_residual")] == [200.0, 300.0, -50.0]
        assert found.total_grams == 450.0
        [use] = found.factors
        assert (use.value, use.flags) == (75.0, {"measured": 8})

    def test_statutory_by_hand(self) -> None:
        # 60 g whatever the hour; energy of gensets is not the grid's: a takes 2 of its 3 kWh from the grid
        parts = Supplied({"a": kwh_each_hour(2, 0)}, {"a": kwh_each_hour(0, 1)})
        assert statutory_book(parts, factor("60")).grams("a") == 120.0

    @pytest.mark.parametrize(("low", "high", "half_width"), [
        ("54", "66", 6.0), ("54", None, 3.0), (None, "66", 3.0), (None, None, 0.0)])
    def test_a_bound_that_is_not_said_is_the_figure(self, low: str | None, high: str | None,
                                                    half_width: float) -> None:
        assert used(factor("60", low, high)).half_width == half_width

    def test_gensets_serve_each_interval_by_what_runs_in_it(self) -> None:
        # 1 kWh made in hour 2 only: a uses 4 then 1, b 0 then 3. a bears a quarter, though it used five eighths.
        parts = supplied({"a": kwh_each_hour(4, 1), "b": kwh_each_hour(0, 3)}, kwh_each_hour(0, 1))
        assert {name: int(made.sum()) for name, made in parts.generated_j.items()} == {"a": 900_000, "b": 2_700_000}
        assert (parts.total_grid_j() == kwh_each_hour(4, 3)).all()


rows = st.lists(st.integers(0, 10**7), min_size=4, max_size=4)


@given(st.lists(rows, min_size=1, max_size=4), st.lists(st.fractions(0, 1), min_size=4, max_size=4))
def test_origin_parts_every_line_and_loses_nothing(lines: list[list[int]], parts: list[float]) -> None:
    named = {f"l{number}": np.array(row, dtype=np.int64) for number, row in enumerate(lines)}
    total = np.sum(list(named.values()), axis=0)
    made = np.array([int(part * whole) for part, whole in zip(parts, total.tolist(), strict=True)], dtype=np.int64)
    found = supplied(named, made)
    for name, whole in named.items():
        assert (found.grid_j[name] + found.generated_j[name] == whole).all()
        assert (found.grid_j[name] >= -1).all(), "a rounding at most"
    assert (np.sum(list(found.generated_j.values()), axis=0) == made).all()
