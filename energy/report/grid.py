"""A table of the page before it is drawn: headings, rows and a sum, all text, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cell:
    """What stands in a cell; `note` is small and under it: a flag, or an uncertainty."""

    text: str
    note: str = ""


@dataclass(frozen=True)
class Row:
    """A row with its name, which spans all columns when it has no cells.

    `explained` is small and under the name. `mark` is a class of the style sheet.
    """

    name: str
    cells: tuple[Cell, ...]
    explained: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Column:
    """A heading; `colour` is a swatch beside it, `words` says that the column holds text, not figures."""

    title: str
    colour: str = ""
    words: bool = False


@dataclass(frozen=True)
class Grid:
    """A table. `groups`: headings over several columns as (title, how many), the column of names left out."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    groups: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of the page: what is said first, tables, and what is said after. `pictures` are finished elements."""

    id: str
    title: str
    lead: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()
    closing: str = ""
    notes: tuple[str, ...] = field(default=())


def columns(titles: Sequence[str], words: Sequence[int] = ()) -> tuple[Column, ...]:
    """Return columns of figures; those at the places `words` hold text."""
    return tuple(Column(title, words=place in words) for place, title in enumerate(titles))


def cells(texts: Sequence[str | tuple[str, str]]) -> tuple[Cell, ...]:
    """Return cells of texts, or of (text, note)."""
    return tuple(Cell(*text) if isinstance(text, tuple) else Cell(text) for text in texts)
