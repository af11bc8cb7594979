"""Carbon books into a table and back: exact beyond 64 bits, blank ones too."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.carbon.statement import Book, BookName, FactorUse, Remark
from energy.errors import ConservationError
from energy.ledger.carbon_table import book_document, book_from, books_table, quanta_from

USE = FactorUse("rte", "gCO2/kWh", 67.6, "RTE", "LO", "direct", "2012", True, flags={"measured": 2972})
MADE_UP = FactorUse("mix", "gCO2e/kWh", 75.0, "Exemple", "-", "made up", "2012", False, illustrative=True)
names = st.text("abc_-", min_size=1, max_size=8)


def through(book: Book, view: str = "direct") -> Book:
    """Return a book written and read back, its document through JSON."""
    table = books_table([("zones", Book(book.name, {"other": 7}, 7)), (view, book)])
    return book_from(quanta_from(table), view, book.name, json.loads(json.dumps(book_document(book))))


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(names, st.integers(-(10**30), 10**30), max_size=6))
def test_amounts_are_exact_whatever_their_size(quanta: dict[str, int]) -> None:
    back = through(Book(BookName.OPERATIONAL, quanta, sum(quanta.values()), (USE,)))
    assert dict(back.quanta) == quanta
    assert back.total_quanta == sum(quanta.values())


def test_a_year_of_a_large_site_does_not_fit_in_64_bits() -> None:
    # 100 GWh at 100 g/kWh: 3.6e17 J x 1e5 mg/kWh
    amount = 360_000_000_000_000_000 * 100_000
    assert amount > 2**63
    assert through(Book(BookName.STATUTORY, {"region": amount}, amount)).quanta == {"region": amount}


def test_factors_and_remarks_come_back() -> None:
    remark = Remark("instrument '{instrument}' met no load", {"instrument": "ppa", "kwh": 12})
    book = Book(BookName.MARKET, {"alpha": 5}, 5, (USE, MADE_UP), (remark,))
    back = through(book)
    assert back.factors == (USE, MADE_UP)
    assert back.remarks == (remark,)
    assert back.blank is None


def test_a_blank_book_comes_back_blank() -> None:
    why = Remark("no statutory factor of {grid}", {"grid": "FR"})
    back = through(Book(BookName.STATUTORY, {}, 0, blank=why))
    assert back.blank == why
    assert back.grams("alpha") is None


def test_views_do_not_mix() -> None:
    table = books_table([("direct", Book(BookName.OPERATIONAL, {"a": 1}, 1)),
                         ("zones", Book(BookName.OPERATIONAL, {"a": 2}, 2))])
    document = book_document(Book(BookName.OPERATIONAL, {}, 0))
    assert book_from(quanta_from(table), "direct", BookName.OPERATIONAL, document).quanta == {"a": 1}
    assert book_from(quanta_from(table), "zones", BookName.OPERATIONAL, document).quanta == {"a": 2}


def test_no_book_is_an_empty_table() -> None:
    table = books_table([])
    assert table.num_rows == 0
    assert table.column_names == ["view", "book", "line", "quanta"]


def test_lines_stand_in_the_order_of_their_names() -> None:
    one = books_table([("direct", Book(BookName.OPERATIONAL, {"b": 1, "a": 2}, 3))])
    other = books_table([("direct", Book(BookName.OPERATIONAL, {"a": 2, "b": 1}, 3))])
    assert one.equals(other)
    assert one["line"].to_pylist() == ["a", "b"]


def test_a_book_whose_lines_miss_its_total_is_none() -> None:
    with pytest.raises(ConservationError, match="the lines of book operational do not add up"):
        Book(BookName.OPERATIONAL, {"a": 1}, 2)
