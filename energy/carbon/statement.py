"""What the carbon books say of a period: per book an exact amount for each line, the rows used, or why it is blank."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from energy.carbon.quanta import grams
from energy.errors import ConservationError, MissingDataError
from energy.interval import Period
from infra.inventory.errors import N_


class BookName(StrEnum):
    """The books, in the order of the page. Scope 2 stands in three of them: they are never added together."""

    OPERATIONAL = "operational"
    STATUTORY = "statutory"
    MARKET = "market"
    SCOPE_1 = "scope-1"
    EMBODIED_LOW = "embodied-low"
    EMBODIED_MID = "embodied-mid"
    EMBODIED_HIGH = "embodied-high"


@dataclass(frozen=True)
class FactorUse:
    """A factor that a book used: `value` in `unit`, or the mean over time of a series with its flags by interval.

    `half_width`: the true figure lies within value ± half_width, as its row says; 0 when the row says nothing.
    """

    id: str
    unit: str
    value: float
    publisher: str
    licence: str
    scope: str
    edition: str
    verified: bool
    illustrative: bool = False
    half_width: float = 0.0
    flags: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Remark:
    """A sentence for the page: a catalogue message and what fills it."""

    what: str
    figures: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.what.format(**self.figures)


@dataclass(frozen=True)
class Book:
    """One book. `quanta` by line (1 quantum = 1 mg/kWh x 1 J) add up to `total_quanta`, made from the site's own sums.

    A blank book has no amounts and a `blank` that says why: nothing is invented in its place.
    Raises ConservationError when the lines miss the site's total.
    """

    name: BookName
    quanta: Mapping[str, int]
    total_quanta: int
    factors: tuple[FactorUse, ...] = ()
    remarks: tuple[Remark, ...] = ()
    blank: Remark | None = None

    def __post_init__(self) -> None:
        if sum(self.quanta.values()) != self.total_quanta:
            raise ConservationError(N_("the lines of book {book} do not add up to the site's total"),
                                    where="energy.carbon", book=str(self.name),
                                    remedy=N_("report this with the site file: no figure is shown"))

    @classmethod
    def empty(cls, name: BookName, why: MissingDataError) -> Book:
        """Return the blank book of a row that is missing."""
        return cls(name, {}, 0, blank=Remark(why.what, dict(why.figures)), remarks=(
            Remark(why.remedy, dict(why.figures)),))

    def grams(self, line: str) -> float | None:
        """Return a line's grams of CO2 equivalent; None in a blank book."""
        return None if self.blank else grams(self.quanta.get(line, 0))

    @property
    def total_grams(self) -> float | None:
        return None if self.blank else grams(self.total_quanta)


@dataclass(frozen=True)
class CarbonStatement:
    """Every book of a period, over the same lines."""

    period: Period
    lines: tuple[str, ...]
    books: Mapping[BookName, Book]

    def grams(self, book: BookName, line: str) -> float | None:
        """Return the grams of CO2 equivalent of a line in a book; None where the book is blank."""
        return self.books[book].grams(line)

    def embodied_grams(self, line: str) -> tuple[float, float, float] | None:
        """Return a line's (low, mid, high) embodied grams; None where the book is blank."""
        low, mid, high = (self.grams(name, line) for name in (
            BookName.EMBODIED_LOW, BookName.EMBODIED_MID, BookName.EMBODIED_HIGH))
        return None if low is None or mid is None or high is None else (low, mid, high)
