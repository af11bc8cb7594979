"""ODRÉ's exports eco2mix-national-tr and eco2mix-national-cons-def: the column « Taux de CO2 » on quarters of UTC.

Its quirks: rows :15 and :45 of revised data hold forecasts only (the half-hour's figure then holds for its second
quarter); the figure may be blank in real time; each row has its own offset, so that days of 23 and 25 hours are plain;
whole days may be absent, and rows may stand twice.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from energy.carbon.eco2mix import NATURES, GridFactor, Nature
from energy.errors import MissingDataError
from energy.interval import SETTLEMENT_S
from energy.quality import Quality
from infra.inventory.errors import N_

_TITLES = {
    "nature": ("Nature", "nature"),
    "moment": ("Date et Heure", "Date - Heure", "date_heure"),
    "figure": ("Taux de CO2 (g/kWh)", "taux_co2"),
}
_UNCHANGED = N_("take the export that ODRÉ publishes, unchanged, with its semicolons")


@dataclass(frozen=True)
class Export:
    """What an export holds: factors by start of quarter-hour [s since 1970], rows that stood twice, blank figures."""

    factors: Mapping[int, GridFactor]
    duplicates: int
    blanks: int


@dataclass(frozen=True)
class _Row:
    number: int
    start_s: int
    nature: Nature
    figure: int | None


def is_export(text: str) -> bool:
    """Return whether the first line is that of an ODRÉ export."""
    head = text.lstrip("\ufeff").partition("\n")[0]
    return ";" in head and any(title in head for title in _TITLES["figure"])


def read_export(text: str, where: str) -> Export:
    """Return the factors of an export.

    Raises MissingDataError naming file and row for a title that is absent, a figure or a time that can't be read, two
    rows that give one quarter-hour two figures.
    """
    seen: dict[int, _Row] = {}
    duplicates = 0
    for row in _rows(text, where):
        known = seen.get(row.start_s)
        if known is None or (known.figure is None and row.figure is not None):
            seen[row.start_s] = row
        elif row.figure is None or (row.figure, row.nature) == (known.figure, known.nature):
            duplicates += 1
        else:
            raise MissingDataError(
                N_("rows {one} and {other} give {moment} two figures: {first} and {second} gCO2/kWh"),
                where=f"{where}:{row.number}", one=known.number, other=row.number, first=known.figure,
                second=row.figure, moment=datetime.fromtimestamp(row.start_s, UTC).isoformat(),
                remedy=N_("import the exports one by one: the later one then revises the earlier"))
    factors = {start: factor for start, row in sorted(seen.items()) if (factor := _factor(row, seen)) is not None}
    return Export(factors, duplicates, len(seen) - len(factors))


def _factor(row: _Row, seen: Mapping[int, _Row]) -> GridFactor | None:
    if row.figure is not None:
        return GridFactor(row.figure, Quality.MEASURED, row.nature)
    before = seen.get(row.start_s - SETTLEMENT_S)
    second_quarter = row.nature.quarters_per_figure == 2 and row.start_s % (2 * SETTLEMENT_S) == SETTLEMENT_S
    if second_quarter and before is not None and before.figure is not None:
        return GridFactor(before.figure, Quality.DERIVED, row.nature)
    return None


def _rows(text: str, where: str) -> Iterator[_Row]:
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";")
    columns = _columns(next(reader, []), where)
    for number, cells in enumerate(reader, 2):
        if not any(cells):
            continue
        place = f"{where}:{number}"
        if len(cells) <= max(columns.values()):
            raise MissingDataError(N_("the row ends early: {cells} cells"), where=place, cells=len(cells),
                                   remedy=_UNCHANGED)
        yield _Row(number, _start_s(cells[columns["moment"]], place), _nature(cells[columns["nature"]], place),
                   _figure(cells[columns["figure"]].strip(), place))


def _columns(titles: list[str], where: str) -> dict[str, int]:
    found = {}
    for name, known in _TITLES.items():
        places = [titles.index(title) for title in known if title in titles]
        if not places:
            raise MissingDataError(N_("no column is called {titles}"), where=where, titles=" / ".join(known),
                                   remedy=_UNCHANGED)
        found[name] = places[0]
    return found


def _start_s(written: str, where: str) -> int:
    try:
        moment = datetime.fromisoformat(written.strip())
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None or moment.timestamp() % SETTLEMENT_S:
        raise MissingDataError(N_("'{written}' is not the start of a quarter-hour with its offset"), where=where,
                               written=written, remedy=_UNCHANGED)
    return int(moment.timestamp())


def _nature(written: str, where: str) -> Nature:
    if written.strip() not in NATURES:
        raise MissingDataError(N_("the file says '{nature}', which is not a kind of éCO2mix data"), where=where,
                               nature=written, remedy=N_("known kinds: {known}"), known=", ".join(NATURES))
    return NATURES[written.strip()]


def _figure(written: str, where: str) -> int | None:
    if written in ("", "ND", "-"):
        return None
    if not written.isdecimal():
        raise MissingDataError(N_("'{written}' is not a figure in gCO2/kWh"), where=where, written=written,
                               remedy=_UNCHANGED)
    return int(written)
