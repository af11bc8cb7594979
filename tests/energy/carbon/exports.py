"""Exports of ODRÉ's shape, with the columns that matter and the titles that each data set gives them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
REAL_TIME = "Données temps réel"
CONSOLIDATED = "Données consolidées"
DEFINITIVE = "Données définitives"
HEAD = "Périmètre;Nature;Date;Heure;Date et Heure;Consommation (MW);Prévision J (MW);Taux de CO2 (g/kWh);Pompage (MW)"
HEAD_REAL_TIME = HEAD.replace("Date et Heure", "Date - Heure")


def row(moment: datetime, figure: str, nature: str = REAL_TIME) -> str:
    local = moment.astimezone(PARIS)
    return f"France;{nature};{local:%Y-%m-%d};{local:%H:%M};{local.isoformat()};50000;51000;{figure};-1200"


def export(rows: list[str], head: str = HEAD) -> str:
    return "\n".join([head, *rows]) + "\n"


def steady(first: datetime, quarters: int, figure: int, nature: str = REAL_TIME) -> str:
    """Return an export of one figure each quarter-hour; of revised data the second quarter holds forecasts only."""
    rows = []
    for number in range(quarters):
        moment = first.astimezone(UTC) + timedelta(minutes=15 * number)
        blank = nature != REAL_TIME and moment.minute % 30 == 15
        rows.append(row(moment, "" if blank else str(figure), nature))
    return export(rows)
