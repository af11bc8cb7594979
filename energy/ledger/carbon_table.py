"""Carbon books as a table of exact amounts, and what names their factors as plain data; and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import pyarrow as pa

from energy.carbon.statement import Book, BookName, FactorUse, Remark

_WIDE = pa.decimal128(38, 0)  # quanta of a large site's year do not fit in 64 bits


def books_table(books: Iterable[tuple[str, Book]]) -> pa.Table:
    """Return columns view, book, line, quanta [mg/kWh x J] of (view, book) pairs, lines in order of name."""
    rows = [(view, str(book.name), line, Decimal(quanta))
            for view, book in books for line, quanta in sorted(book.quanta.items())]
    columns: list[tuple[Any, ...]] = list(zip(*rows, strict=True)) if rows else [()] * 4
    kinds = (pa.string(), pa.string(), pa.string(), _WIDE)
    return pa.table({name: pa.array(column, kind) for name, column, kind in zip(
        ("view", "book", "line", "quanta"), columns, kinds, strict=True)})


def book_document(book: Book) -> dict[str, Any]:
    """Return what a book says of itself, but for its amounts, as plain data."""
    return {"factors": [{**asdict(use), "flags": dict(use.flags)} for use in book.factors],
            "remarks": [_remark(remark) for remark in book.remarks],
            "blank": _remark(book.blank) if book.blank else None}


def quanta_from(table: pa.Table) -> dict[tuple[str, str], dict[str, int]]:
    """Return the amounts of every book by (view, name of the book), then by line."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    columns = (table[name].to_pylist() for name in ("view", "book", "line", "quanta"))
    for view, book, line, quanta in zip(*columns, strict=True):
        found.setdefault((view, book), {})[line] = int(quanta)
    return found


def book_from(amounts: Mapping[tuple[str, str], dict[str, int]], view: str, name: BookName,
              document: Mapping[str, Any]) -> Book:
    """Return the book that was written, from `quanta_from`. Raises ConservationError when its lines miss its total."""
    quanta = amounts.get((view, str(name)), {})
    blank = document["blank"]
    return Book(name, quanta, sum(quanta.values()), tuple(FactorUse(**use) for use in document["factors"]),
                tuple(Remark(**remark) for remark in document["remarks"]), Remark(**blank) if blank else None)


def _remark(remark: Remark) -> dict[str, Any]:
    return {"what": remark.what, "figures": {key: value if isinstance(value, int | float) else str(value)
                                             for key, value in remark.figures.items()}}
