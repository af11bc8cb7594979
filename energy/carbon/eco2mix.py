"""RTE éCO2mix daily files: the column `Taux de Co2` [gCO2/kWh] on quarter-hours of UTC.

Format and traps: data/README.md. Rows of an hour that does not exist locally are left out; a repeated hour is written
once and holds twice. The same figures are revised twice: real time, consolidated, definitive.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from energy.errors import MissingDataError
from energy.interval import SETTLEMENT_S
from energy.quality import Quality
from infra.inventory.errors import N_

COLUMN = "Taux de Co2"
_HEAD = re.compile(r"Journée du (\d\d)/(\d\d)/(\d{4})")
_NO_DATA = ("", "ND", "-")
_HEADER_LINE = 2


class Nature(IntEnum):
    """How far RTE has revised a figure; the greater one is the one to keep."""

    REAL_TIME = 1
    CONSOLIDATED = 2
    DEFINITIVE = 3

    @property
    def quarters_per_figure(self) -> int:
        """Return 1 for a figure each quarter-hour, 2 for one each half-hour."""
        return 1 if self is Nature.REAL_TIME else 2


NATURES = {"Données temps réel": Nature.REAL_TIME, "Données consolidées": Nature.CONSOLIDATED,
           "Données définitives": Nature.DEFINITIVE}


@dataclass(frozen=True)
class GridFactor:
    """The carbon of a kilowatt-hour in one quarter-hour [gCO2/kWh], and how far it is revised."""

    gco2_per_kwh: int
    quality: Quality
    nature: Nature = Nature.REAL_TIME


def read_day(text: str, day: date, zone: ZoneInfo, where: str) -> dict[int, GridFactor]:
    """Return the factors of one local day by start of quarter-hour [s since 1970]; quarters without figure are absent.

    Raises MissingDataError naming file and row when the file is not what RTE publishes for that day.
    """
    lines = text.splitlines()
    nature = _checked_head(lines, day, where)
    column = [title.strip() for title in lines[_HEADER_LINE].split("\t")].index(COLUMN)
    found: dict[int, GridFactor] = {}
    held: int | None = None
    for number, line in enumerate(lines[_HEADER_LINE + 1:], _HEADER_LINE + 2):
        cells = line.split("\t")
        if len(cells[0]) != 5 or cells[0][2] != ":":
            break  # the legal notice under the table
        local = datetime.combine(day, time.fromisoformat(cells[0]))
        figure = _figure(cells, column, f"{where}:{number}")
        second_quarter = nature.quarters_per_figure == 2 and local.minute % 30 == 15
        if second_quarter and figure is None and held is not None:
            _put(found, local, zone, GridFactor(held, Quality.DERIVED, nature))
        elif figure is not None:
            _put(found, local, zone, GridFactor(figure, Quality.MEASURED, nature))
        held = figure
    return found


def day_of(text: str) -> date | None:
    """Return the local day that a daily file says it is of, None when it says none."""
    match = _HEAD.match(text.lstrip("\ufeff").strip())
    return date(int(match[3]), int(match[2]), int(match[1])) if match else None


def _checked_head(lines: list[str], day: date, where: str) -> Nature:
    expected = f"Journée du {day:%d/%m/%Y}"
    if len(lines) <= _HEADER_LINE or lines[0].strip() != expected or COLUMN not in lines[_HEADER_LINE]:
        raise MissingDataError(N_("this is not the éCO2mix file of {day}"), where=where, day=day.isoformat(),
                               remedy=N_("take the file that RTE published, unchanged"))
    nature = lines[1].strip()
    if nature not in NATURES:
        raise MissingDataError(N_("the file says '{nature}', which is not a kind of éCO2mix data"), where=f"{where}:2",
                               nature=nature, remedy=N_("known kinds: {known}"), known=", ".join(NATURES))
    return NATURES[nature]


def _figure(cells: list[str], column: int, where: str) -> int | None:
    written = cells[column].strip() if column < len(cells) else ""
    if written in _NO_DATA:
        return None
    if not written.isdecimal():
        raise MissingDataError(N_("'{written}' is not a figure in gCO2/kWh"), where=where, written=written,
                               remedy=N_("take the file that RTE published, unchanged"))
    return int(written)


def _put(found: dict[int, GridFactor], local: datetime, zone: ZoneInfo, factor: GridFactor) -> None:
    """Set the factor at every UTC quarter that local clocks call `local`: none, one or two."""
    for fold in (0, 1):
        moment = local.replace(tzinfo=zone, fold=fold)
        utc = moment.astimezone(UTC)
        exists = utc.astimezone(zone).replace(tzinfo=None) == local
        if exists and int(utc.timestamp()) not in found:
            second_time = fold == 1 and moment.utcoffset() != local.replace(tzinfo=zone, fold=0).utcoffset()
            quality = Quality.ESTIMATED if second_time else factor.quality
            found[int(utc.timestamp())] = GridFactor(factor.gco2_per_kwh, quality, factor.nature)


def days_of(start_s: int, end_s: int, zone: ZoneInfo) -> list[date]:
    """Return the local days that hold the quarters from `start_s` to `end_s` (excluded)."""
    first = datetime.fromtimestamp(start_s, zone).date()
    last = datetime.fromtimestamp(end_s - SETTLEMENT_S, zone).date()
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def merged(days: list[Mapping[int, GridFactor]]) -> dict[int, GridFactor]:
    """Return the factors of several days together."""
    return {start: factor for day in days for start, factor in day.items()}
