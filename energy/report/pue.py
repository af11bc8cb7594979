"""PUE and its interim form, told apart by type: under 12 months it is never a PUE (ISO/IEC 30134-2, EN 50600-4-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from energy.interval import Period

RATIO_FLOOR_WH = 1_000  # under 1 kWh of IT energy a ratio says nothing: it is refused


@dataclass(frozen=True)
class _Ratio:
    """Facility energy over IT energy of `category` (1 UPS output, 2 PDU output, 3 IT equipment's outlet)."""

    value: float
    category: int
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Pue(_Ratio):
    """Over 12 months."""

    symbol = "PUE"


@dataclass(frozen=True)
class InterimPue(_Ratio):
    """Over less than 12 months: always shown with its dates."""

    symbol = "iPUE"


def pue_of(total_energy_wh: int, it_energy_wh: int, category: int, period: Period) -> Pue | InterimPue | None:
    """Return the ratio of the period under the name it may bear; None when the IT energy is under RATIO_FLOOR_WH."""
    if it_energy_wh < RATIO_FLOOR_WH:
        return None
    kind = Pue if period.is_whole_year else InterimPue
    return kind(total_energy_wh / it_energy_wh, category, period.start, period.end)
