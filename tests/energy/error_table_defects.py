"""What defects of meters cost: rows in which a meter shows something else than what passed it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from energy.allocation.fit import fit_baselines
from energy.allocation.settle import settle
from energy.errors import MissingDataError
from energy.graph.balance import Verdict, balances
from energy.readings.allow import NOTHING, Allow, allow
from energy.readings.flags import Flag
from energy.readings.meters import MeterReadings, read_meters
from energy.readings.read_telemetry import read_telemetry
from energy.readings.telemetry import Telemetry
from energy.readings.use import read_use
from infra.inventory.site import Site
from lab.history.in_memory import InMemory
from lab.plant.defects import (
    Defect,
    Defects,
    Dropout,
    Frozen,
    LostClock,
    Repeated,
    Reset,
    Shift,
    Shuffled,
    Skew,
    Span,
    UnitSlip,
    Unwired,
    Wrap,
)
from lab.plant.model import PlantMonth
from tests.energy.error_table_found import Errors, errors_of, truth_of

OFFICE = Span(datetime(2012, 3, 14, 8, 7, tzinfo=UTC), 8)
NOON = datetime(2012, 3, 14, 12, tzinfo=UTC)
MIDDLE = datetime(2012, 3, 16, 10, 7, 30, tzinfo=UTC)
WHOLE = Span(datetime(2012, 2, 1, tzinfo=UTC), 24 * 60)
MODULUS_WH = 100_000.0


@dataclass(frozen=True)
class Places:
    """Which meters of a site the rows speak of."""

    outlet: str
    ups: str
    pumps: str
    chiller: str
    facility: str = "facility"


PLACES = {"demo": Places("outlet-b-gpu-2", "ups-a-output", "tank-1-pumps", "chiller-1-input"),
          "oracle": Places("o-a-slice", "ups-a-out", "tank-in", "chiller-in")}


@dataclass(frozen=True)
class DefectCase:
    """One row: the defects, what the operator lets pass, a meter whose modulus the site file knows, what of the
    telemetry is not heard, and whether the power at rest is fitted on the month.
    """

    title: str
    defects: tuple[Defect, ...] = ()
    allowed: Allow = NOTHING
    modulus_of: str = ""
    deaf_to: tuple[str, ...] = ()
    fitted: bool = False

    def heard(self, telemetry: Telemetry) -> Telemetry:
        """Return telemetry without what is not heard: fields of `Telemetry`."""
        return replace(telemetry, **{name: {} for name in self.deaf_to})


@dataclass(frozen=True)
class Outcome:
    """What the report says: errors [%], cells by flag [%], elements that don't close; or why there is none."""

    errors: Errors
    not_measured: Mapping[str, float]
    open: tuple[str, ...]
    refusal: str = ""


def cases(site: Site) -> list[DefectCase]:
    """Return the rows of a site's table."""
    at = PLACES[site.id]
    outlets = [name for name, meter in site.meters.items() if meter.at in site.power.outlets]

    def everywhere(make: Callable[[str], Defect]) -> tuple[Defect, ...]:
        return tuple(make(name) for name in outlets)

    return [
        DefectCase("none"),
        DefectCase("an outlet is silent for 8 hours of a working day", (Dropout(at.outlet, OFFICE),)),
        DefectCase("every meter is silent for 8 hours", tuple(Dropout(name, OFFICE) for name in site.meters)),
        DefectCase("an outlet starts again from zero during such a silence",
                   (Reset(at.outlet, NOON), Dropout(at.outlet, OFFICE))),
        DefectCase("an outlet's logger stamps 8 hours with 1970", (LostClock(at.outlet, OFFICE),)),
        DefectCase("the clocks of all outlets are 2 minutes fast from the middle on",
                   everywhere(lambda name: Skew(name, MIDDLE, 120))),
        DefectCase("an outlet is frozen for 8 hours, then catches up", (Frozen(at.outlet, OFFICE),)),
        DefectCase("an outlet is frozen for 8 hours and forgets them", (Frozen(at.outlet, OFFICE, forgets=True),)),
        DefectCase("the chiller's meter is frozen and forgets them", (Frozen(at.chiller, OFFICE, forgets=True),)),
        DefectCase("the chiller's meter is silent for 8 hours and starts again from zero",
                   (Reset(at.chiller, NOON), Dropout(at.chiller, OFFICE))),
        DefectCase("the same, estimates allowed", (Reset(at.chiller, NOON), Dropout(at.chiller, OFFICE)),
                   allow(["estimated"])),
        DefectCase("the facility meter is frozen and forgets them", (Frozen(at.facility, OFFICE, forgets=True),)),
        DefectCase("one of the tank's two pumps is not wired through its meter", (Unwired(at.pumps, 0.5),)),
        DefectCase("an outlet counts 5 % more from the middle of the month on", (Shift(at.outlet, MIDDLE, 1.05),)),
        DefectCase("a UPS output counts 5 % more from the middle on", (Shift(at.ups, MIDDLE, 1.05),)),
        DefectCase("the facility meter counts 5 % more from the middle on", (Shift(at.facility, MIDDLE, 1.05),)),
        DefectCase("an outlet starts again from zero between two scrapes", (Reset(at.outlet, MIDDLE),)),
        DefectCase("an outlet wraps at its declared modulus", (Wrap(at.outlet, MODULUS_WH),), modulus_of=at.outlet),
        DefectCase("an outlet wraps, its modulus not declared", (Wrap(at.outlet, MODULUS_WH),)),
        DefectCase("an outlet comes in kWh for 8 hours", (UnitSlip(at.outlet, OFFICE),)),
        DefectCase("an outlet comes in kWh all along", (UnitSlip(at.outlet, WHOLE),)),
        DefectCase("every tenth sample of all outlets comes twice", everywhere(Repeated)),
        DefectCase("every tenth sample of all outlets comes late", everywhere(Shuffled)),
    ]


def telemetry_cases() -> list[DefectCase]:
    """Return the rows that say what the telemetry of a site is worth: each without a part of it."""
    return [
        DefectCase("everything is told"),
        DefectCase("no counter of GPU boards", deaf_to=("boards",)),
        DefectCase("no CPU counter of nodes", deaf_to=("cpu_core_s",)),
        DefectCase("no flow and temperatures of zones", deaf_to=("zone_heat_j",)),
        DefectCase("nothing but meters, use and reservations",
                   deaf_to=("boards", "cpu_core_s", "fan_j", "zone_heat_j")),
    ]


def known_site(site: Site, case: DefectCase) -> Site:
    """Return the site file of a row: with a modulus where the row declares one, and fitting where it fits."""
    if case.fitted:
        site = site.model_copy(update={"energy": site.energy.model_copy(update={"idle_power": "fitted"})})
    if not case.modulus_of:
        return site
    meter = site.meters[case.modulus_of].model_copy(update={"modulus": MODULUS_WH})
    return site.model_copy(update={"meters": {**site.meters, case.modulus_of: meter}})


def outcome(site: Site, month: PlantMonth, case: DefectCase) -> Outcome:
    """Return what a report of the month says in a row."""
    known, source = known_site(site, case), InMemory(month, Defects(case.defects))
    try:
        readings = read_meters(source, known, month.period, case.allowed)
    except MissingDataError as refusal:
        return Outcome({}, {}, (), str(refusal).splitlines()[0])
    own, use = (case.heard(read_telemetry(source, known, month.period, case.allowed)),
                read_use(source, known, month.period))
    baselines = fit_baselines(known, readings, use, own) if case.fitted else None
    allocation = settle(known, readings, use, baselines, own)
    opened = tuple(balance.parent for balance in balances(known, allocation.closure)
                   if balance.verdict is Verdict.OPEN)
    return Outcome(errors_of(allocation, truth_of(month)), not_measured(readings), opened)


def not_measured(readings: MeterReadings) -> dict[str, float]:
    """Return the share of cells [%] of all meters under each flag but `measured`, where there are any."""
    total = len(readings.energy_j) * readings.period.count
    counts = {flag: sum(int((row == flag).sum()) for row in readings.flags.values())
              for flag in Flag if flag is not Flag.MEASURED}
    return {flag.word: 100 * count / total for flag, count in counts.items() if count}

