"""The carbon books in words: what each is, and the factors behind it."""

from __future__ import annotations

from energy.carbon.statement import BookName, FactorUse
from energy.report.reader import Reader
from infra.inventory.errors import N_

BOOK_TITLES = {
    BookName.OPERATIONAL: N_("operational book, location-based by the quarter-hour"),
    BookName.STATUTORY: N_("statutory book, location-based by the year's mean"),
    BookName.MARKET: N_("market-based, matched by the hour"),
    BookName.SCOPE_1: N_("scope 1: gensets, refrigerants, dielectric fluid"),
    BookName.EMBODIED_LOW: N_("embodied, low"),
    BookName.EMBODIED_MID: N_("embodied, middle"),
    BookName.EMBODIED_HIGH: N_("embodied, high"),
}
_FACTOR = N_("{id}: {value} {unit}, {publisher} {edition}")
_UNVERIFIED = N_("not verified with its publisher")
_ILLUSTRATIVE = N_("illustrative")
_DECLARED = N_("declared")


def factor_line(use: FactorUse, reader: Reader) -> str:
    """Return a factor in one line: its row, figure, publisher and year, and what to beware of."""
    line = reader.translate(_FACTOR).format(id=use.id, value=reader.number(use.value, 1), unit=use.unit,
                                            publisher=reader.translate(use.publisher),
                                            edition=use.edition.strip("-")).strip()
    beware = beware_of(use, reader)
    return f"{line} [{', '.join(beware)}]" if beware else line


def beware_of(use: FactorUse, reader: Reader) -> list[str]:
    """Return what to beware of in a factor: it is made up, or nobody compared it with what its publisher prints."""
    if use.illustrative:
        return [reader.translate(_ILLUSTRATIVE)]
    if use.publisher.startswith("site file"):
        return [reader.translate(_DECLARED)]
    return [] if use.verified else [reader.translate(_UNVERIFIED)]
