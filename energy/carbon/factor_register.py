"""The register of factors that are one figure: dated, sourced rows from this room, a folder or the site file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from energy.carbon.factors import DATA_DIR
from energy.carbon.quanta import rounded
from energy.errors import EnergyError, MissingDataError
from energy.interval import Period
from infra.inventory.errors import N_
from infra.inventory.site import Site

FactorKind = Literal["statutory", "residual", "fuel", "gwp", "embodied"]
FILES = ("electricity.json", "fuels.json", "gwp.json", "embodied.json")
_MG_PER_UNIT = {"gCO2e/kWh": 1_000, "kgCO2e/L": 1_000_000, "kgCO2e/kg": 1_000_000, "kgCO2e": 1_000_000}
_KEYS = {"id", "book", "subject", "unit", "value", "low", "high", "publisher", "licence", "edition", "scope", "method",
         "valid_from", "valid_to", "verified", "illustrative"}
_OPTIONAL = {"low", "high", "method", "verified", "illustrative"}


@dataclass(frozen=True)
class Factor:
    """One figure with all that dates it; `verified` says that it was read in its publisher's own document."""

    id: str
    book: FactorKind
    subject: str
    unit: str
    value: Decimal
    publisher: str
    licence: str
    edition: str
    scope: str
    valid_from: date
    valid_to: date
    low: Decimal | None = None
    high: Decimal | None = None
    method: str = ""
    verified: bool = False
    illustrative: bool = False

    def in_mg(self, which: Literal["low", "value", "high"] = "value") -> int:
        """Return the figure in milligrams per kWh, litre, kilogram or piece, a whole number."""
        chosen = {"low": self.low, "high": self.high}.get(which)
        return rounded(Fraction(self.value if chosen is None else chosen) * _MG_PER_UNIT[self.unit])


@dataclass(frozen=True)
class Register:
    """The rows that a close may use, in layers: the operator's own come before those of this room."""

    layers: tuple[tuple[Factor, ...], ...]

    @property
    def rows(self) -> tuple[Factor, ...]:
        return tuple(row for layer in self.layers for row in layer)

    def by_id(self, factor_id: str, where: str) -> Factor:
        """Return the row of an id. Raises MissingDataError naming the known ones."""
        for row in self.rows:
            if row.id == factor_id:
                return row
        raise MissingDataError(
            N_("the register has no factor '{factor}'"), where=where, factor=factor_id,
            remedy=N_("write one of: {known}; or add the row under carbon.factors of the site file"),
            known=", ".join(sorted(row.id for row in self.rows)))

    def find(self, book: FactorKind, subject: str, period: Period, zone: ZoneInfo) -> Factor:
        """Return the row of `book` for `subject` whose days hold the whole period, from the first layer that has one.

        Raises MissingDataError when there is none, EnergyError naming both when a layer has two.
        """
        first = period.start.astimezone(zone).date()
        last = (period.end - timedelta(seconds=1)).astimezone(zone).date()
        for layer in self.layers:
            found = [row for row in layer if row.book == book and row.subject == subject
                     and row.valid_from <= first and last < row.valid_to]
            if len(found) > 1:
                raise EnergyError(N_("two factors hold for {subject}: '{one}' and '{other}'"), where="carbon.factors",
                                  subject=subject, one=found[0].id, other=found[1].id,
                                  remedy=N_("end one where the other begins, or remove one"))
            if found:
                return found[0]
        raise MissingDataError(
            N_("no {book} factor of {subject} covers {first} to {last}"), where="carbon.factors", book=book,
            subject=subject, first=first.isoformat(), last=last.isoformat(),
            remedy=N_("add the row, with its publisher and edition, under carbon.factors of the site file or as "
                      "a JSON file in the folder of factors"))


def register_of(site: Site, folder: Path | None = None) -> Register:
    """Return this room's rows, those of the JSON files in `folder`, and the site file's own.

    Raises EnergyError when a row lacks a key or an id stands twice.
    """
    own = []
    for name, row in site.carbon.factors.items():
        facts = row.model_dump(mode="json")
        own.append(_row({**facts, "id": name, "method": "", "value": repr(row.value)}, f"carbon.factors.{name}"))
    given = [row for path in (sorted(folder.glob("*.json")) if folder else []) for row in read_rows(path)]
    shipped = [row for name in FILES for row in read_rows(DATA_DIR / name)]
    _refuse_twins([*own, *given, *shipped])
    return Register((tuple(own), tuple(given), tuple(shipped)))


def read_rows(path: Path) -> list[Factor]:
    """Return the rows of one JSON file. Raises EnergyError naming file, row and key."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise EnergyError(N_("this is not a file of factors: {reason}"), where=str(path), reason=str(error),
                          remedy=N_("write a JSON list of rows as in energy/carbon/data/fuels.json")) from error
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise EnergyError(N_("this is not a file of factors: {reason}"), where=str(path), reason="no list of rows",
                          remedy=N_("write a JSON list of rows as in energy/carbon/data/fuels.json"))
    return [_row(row, f"{path}[{number}]") for number, row in enumerate(content)]


def _row(facts: Mapping[str, Any], where: str) -> Factor:
    wrong = sorted((_KEYS - _OPTIONAL - facts.keys()) | (facts.keys() - _KEYS))
    if wrong or facts.get("unit") not in _MG_PER_UNIT:
        raise EnergyError(N_("this row of factors lacks, or does not know: {keys}"), where=where,
                          keys=", ".join(wrong) or "unit", remedy=N_("keys: {known}; units: {units}"),
                          known=", ".join(sorted(_KEYS)), units=", ".join(_MG_PER_UNIT))
    try:
        figures = {key: Decimal(str(facts[key])) for key in ("value", "low", "high") if facts.get(key) is not None}
        days = {key: date.fromisoformat(facts[key]) for key in ("valid_from", "valid_to")}
        in_order = [figures[key] for key in ("low", "value", "high") if key == "value" or key in figures]
        if not any(figure.is_nan() for figure in in_order) and in_order != sorted(in_order):
            raise ValueError("low, value and high do not rise")
    except (InvalidOperation, KeyError, TypeError, ValueError) as error:
        raise EnergyError(N_("a figure or a date of this row can't be read: {reason}"), where=where, reason=repr(error),
                          remedy=N_("write figures as 2.66 and dates as 2012-01-01")) from error
    if not all(figure.is_finite() and figure >= 0 for figure in figures.values()):
        raise EnergyError(N_("a figure of this row is negative or not finite"), where=where,
                          remedy=N_("write figures as 2.66 and dates as 2012-01-01"))
    return Factor(**{**facts, "low": None, "high": None, **figures, **days})


def _refuse_twins(rows: Iterable[Factor]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise EnergyError(N_("the factor '{factor}' stands twice in the register"), where="carbon.factors",
                              factor=row.id, remedy=N_("give each row an id of its own"))
        seen.add(row.id)
