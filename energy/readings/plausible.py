"""Registers that can't be what the site file says: a power instead of an energy, a unit a thousand times off."""

from __future__ import annotations

import numpy as np

from energy.errors import MissingDataError
from energy.readings.finding import Finding, FindingKind
from energy.readings.flags import MEASURED, Flags
from energy.readings.neighbours import Known
from energy.units import Joules
from infra.inventory.errors import N_
from infra.inventory.meters import Meter

LEAST_FALLS, FALLING_SHARE = 10, 0.1
NEAR_1000 = (700.0, 1400.0)
LEAST_CERTAIN = 0.05  # of what a difference was taken from: less may be the error of those meters


def refuse_gauge(name: str, meter: Meter, falls: int, samples: int, where: str) -> None:
    """Raise MissingDataError when a register falls so often that it must be a power."""
    if falls >= LEAST_FALLS and falls > FALLING_SHARE * (samples + falls):
        raise MissingDataError(
            N_("meter '{meter}' falls {falls} times in {total} readings: it is no register [{unit}], rather a power"),
            where=where, meter=name, falls=falls, total=samples + falls, unit=meter.unit,
            remedy=N_("record the meter's energy register, not its power, under the name of the series"))


def refuse_overload(name: str, meter: Meter, limit_w: float, findings: tuple[Finding, ...], samples: int) -> None:
    """Raise MissingDataError when most readings would mean more power than the place carries."""
    dropped = sum(finding.count for finding in findings
                  if finding.kind in (FindingKind.NAMEPLATE, FindingKind.UNIT_SLIP))
    if dropped > samples:
        raise MissingDataError(
            N_("meter '{meter}' at '{place}' would mean more than the {rating_w} W that can pass there, in {count} of "
               "{total} readings"), where=f"meters.{name}.unit", meter=name, place=meter.at, rating_w=f"{limit_w:g}",
            count=dropped, total=dropped + samples,
            remedy=N_("check the register's unit (`unit: {unit}` now), then the rating of '{place}'"), unit=meter.unit)


def refuse_unit(name: str, meter: Meter, cells: tuple[Joules, Flags], around: Known) -> None:
    """Raise MissingDataError when a meter counts a thousand times, or a thousandth, of what those around it say."""
    both = (cells[1] == MEASURED) & around.known
    counted_j, expected_j = int(cells[0][both].sum()), int(around.energy_j[both].sum())
    if counted_j <= 0 or expected_j <= LEAST_CERTAIN * int(around.size_j[both].sum()):
        return
    ratio = max(counted_j, expected_j) / min(counted_j, expected_j)
    if NEAR_1000[0] <= ratio <= NEAR_1000[1]:
        raise MissingDataError(
            N_("meter '{meter}' counts {counted_wh} Wh where the meters around it say {expected_wh} Wh: a thousand "
               "times off"), where=f"meters.{name}.unit", meter=name, counted_wh=np.rint(counted_j / 3600).astype(int),
            expected_wh=np.rint(expected_j / 3600).astype(int), unit=meter.unit,
            remedy=N_("is it in kW labelled W, or kWh labelled Wh? It is `unit: {unit}` now: name the right one, and "
                      "the series accordingly"))
