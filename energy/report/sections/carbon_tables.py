"""The carbon books side by side, never added across ways of counting the same energy, and the factors behind them."""

from __future__ import annotations

from collections.abc import Iterator

from energy.carbon.statement import BookName, FactorUse
from energy.report import texts
from energy.report.books import BOOK_TITLES, beware_of
from energy.report.figures import DASH, carbon, kg
from energy.report.grid import Grid, Row, Section, cells, columns
from energy.report.lines import EnergyReport
from energy.report.reader import Reader
from energy.report.sections.line_tables import line_name
from infra.inventory.errors import N_

TITLE = N_("Carbon, book by book [kgCO2e]")
LEAD = N_("The three books of scope 2 count the same electricity in three ways: compare them, never add them. Low, "
          "middle and high are one embodied figure and its range.")
GROUPS = ((N_("Scope 2, electricity"), 3), (N_("Scope 1"), 1), (N_("Scope 3, making of the equipment"), 3))
SHORT = {
    BookName.OPERATIONAL: N_("location, each quarter-hour"), BookName.STATUTORY: N_("location, year's mean"),
    BookName.MARKET: N_("market, by the hour"), BookName.SCOPE_1: N_("fuels and fluids"),
    BookName.EMBODIED_LOW: N_("low"), BookName.EMBODIED_MID: N_("middle"), BookName.EMBODIED_HIGH: N_("high"),
}
FACTOR_COLUMNS = (N_("Factor"), N_("Figure"), N_("Scope"), N_("Publisher, edition"), N_("Licence"))
EMBODIED = N_("embodied: making of the equipment")
BLANK = N_("The book \"{book}\" is blank: {why}. {cure}")
REMARK = N_("{book}: {remark}")
ZONES_ONLY = N_("By cooling zone only the operational book is kept; the sums below are the site's.")
# What `carbon` writes where a figure is the site file's own word: marked here for the catalogue.
PUBLISHERS = (N_("site file, carbon.assets"), N_("site file, carbon.instruments"))
_EMBODIED = (BookName.EMBODIED_LOW, BookName.EMBODIED_MID, BookName.EMBODIED_HIGH)


def carbon_section(report: EnergyReport, reader: Reader) -> Section:
    """Return the books by line, then every factor with its scope, licence and marks."""
    lead = [reader.translate(LEAD)]
    if report.view == "zone":
        lead.append(reader.translate(ZONES_ONLY))
    return Section("carbon", reader.translate(TITLE), lead=tuple(lead),
                   grids=(_books(report, reader), _factors(report, reader)),
                   notes=tuple(dict.fromkeys((*_blanks(report, reader), *_remarks(report, reader)))))


def _books(report: EnergyReport, reader: Reader) -> Grid:
    headings = columns([reader.translate(text) for text in (texts.COLUMNS["name"], *SHORT.values())])
    rows = tuple(Row(line_name(line, reader), cells([carbon(report, line, name, reader) for name in SHORT]),
                     mark="virtual" if line.kind == "virtual" else "") for line in report.lines)
    total = Row("\u03a3", cells([kg(report.books[name].total_grams if name in report.books else None, reader)
                                 for name in SHORT]))
    return Grid(headings, rows, total, tuple((reader.translate(title), count) for title, count in GROUPS))


def _factors(report: EnergyReport, reader: Reader) -> Grid:
    headings = columns([reader.translate(title) for title in FACTOR_COLUMNS], words=(2, 3, 4))
    rows: list[Row] = []
    for title, uses in _by_book(report):
        if uses:
            rows.append(Row(reader.translate(title), (), mark="group"))
            rows.extend(_factor_row(use, reader) for use in uses)
    return Grid(headings, tuple(rows))




def _by_book(report: EnergyReport) -> Iterator[tuple[str, tuple[FactorUse, ...]]]:
    """Yield (title, factors) of each book, the three embodied ones as one: they use the same rows."""
    for name in SHORT:
        if name in report.books and name not in _EMBODIED:
            yield BOOK_TITLES[name], report.books[name].factors
    together = {use.id: use for name in _EMBODIED if name in report.books for use in report.books[name].factors}
    yield EMBODIED, tuple(together.values())


def _factor_row(use: FactorUse, reader: Reader) -> Row:
    figure = f"{reader.number(use.value, 1)} {use.unit}"
    width = f"\u00b1\u00a0{reader.number(use.half_width, 1)}" if use.half_width else ""
    publisher = ", ".join(text for text in (reader.translate(use.publisher), use.edition) if text.strip("-"))
    licence = use.licence if use.licence.strip("-") else DASH
    return Row(use.id, cells([(figure, width), reader.translate(use.scope), publisher, licence]),
               ", ".join(beware_of(use, reader)))


def _blanks(report: EnergyReport, reader: Reader) -> Iterator[str]:
    for name, book in report.books.items():
        if book.blank:
            cure = " ".join(reader.translate(one.what).format(**one.figures) for one in book.remarks)
            yield reader.translate(BLANK).format(
                book=reader.translate(BOOK_TITLES[name]), cure=cure,
                why=reader.translate(book.blank.what).format(**book.blank.figures))


def _remarks(report: EnergyReport, reader: Reader) -> Iterator[str]:
    for name, book in report.books.items():
        for one in () if book.blank else book.remarks:
            yield reader.translate(REMARK).format(
                book=reader.translate(BOOK_TITLES[name]), remark=reader.translate(one.what).format(**one.figures))
