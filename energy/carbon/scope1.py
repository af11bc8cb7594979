"""Scope 1: what gensets burned and what leaked, to the lines that they served."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from fractions import Fraction

import numpy as np

from energy.carbon.factor_register import Register
from energy.carbon.grid_books import Supplied, used
from energy.carbon.quanta import quanta_from_mg, rounded, share_out
from energy.carbon.reserved import Reservations
from energy.carbon.statement import Book, BookName, FactorUse
from energy.errors import EnergyError
from energy.interval import Period
from energy.readings.names import RESIDUAL
from energy.units import J_PER_KWH, Joules
from infra.inventory.carbon import FuelUse
from infra.inventory.errors import N_
from infra.inventory.site import Site


def scope1_book(site: Site, parts: Supplied, generated_j: Mapping[str, Joules], reservations: Reservations,
                register: Register) -> Book:
    """Return litres x the fuel's factor by what gensets served, and kilograms leaked x GWP by energy of the zone.

    Raises MissingDataError when a fuel or a fluid has no row: the grid's factor never stands in for it.
    """
    period = reservations.period
    served = {name: int(energy_j.sum()) for name, energy_j in parts.generated_j.items()}
    lines: dict[str, int] = {}
    total_mg = 0
    uses: dict[str, FactorUse] = {}
    for genset in site.power.gensets:
        litres = burned_litres(site, genset, generated_j.get(genset), period)
        if litres:
            factor = register.find("fuel", site.power.gensets[genset].fuel, period, site.zone_info)
            amount_mg = rounded(litres * factor.in_mg())
            total_mg += amount_mg
            _bear(lines, amount_mg, served)
            uses[factor.id] = used(factor)
    for refill in site.carbon.refills.values():
        if _holds(period, refill.day, site):
            factor = register.find("gwp", refill.fluid, period, site.zone_info)
            amount_mg = rounded(Fraction(str(refill.kg)) * factor.in_mg())
            total_mg += amount_mg
            _bear(lines, amount_mg, _cooled(site, refill.at, reservations))
            uses[factor.id] = used(factor)
    return Book(BookName.SCOPE_1, lines, quanta_from_mg(total_mg), tuple(uses.values()))


def burned_litres(site: Site, genset: str, generated_j: Joules | None, period: Period) -> Fraction:
    """Return the litres that a genset burned in a period: as gauged, and outside gauged spans its rating times what
    it made [J per interval].

    Raises EnergyError when a gauged span crosses the period's edge: its parts can't be told apart.
    """
    spans = {name: each for name, each in site.carbon.fuel_uses.items() if each.genset == genset}
    inside = [each for name, each in spans.items() if _lies_in(period, name, each, site)]
    gauged = sum((Fraction(str(each.litres)) for each in inside), Fraction(0))
    if generated_j is None:
        return gauged
    untold = np.ones(len(generated_j), dtype=np.bool_)
    for each in inside:
        since, until = (_midnight(day, site).timestamp() for day in (each.since, each.until))
        untold &= (period.starts_s < since) | (period.starts_s >= until)
    energy_j = int(generated_j[untold].sum())
    return gauged + Fraction(str(site.power.gensets[genset].litres_per_kwh)) * energy_j / J_PER_KWH


def _lies_in(period: Period, name: str, span: FuelUse, site: Site) -> bool:
    since, until = _midnight(span.since, site), _midnight(span.until, site)
    if until <= period.start or since >= period.end:
        return False
    if since < period.start or until > period.end:
        raise EnergyError(N_("the litres of '{span}' run from {since} to {until}, over the edge of the period"),
                          where=f"carbon.fuel_uses.{name}", span=name, since=span.since.isoformat(),
                          until=span.until.isoformat(), remedy=N_("read the gauge on the first day of each month"))
    return True


def _holds(period: Period, day: date, site: Site) -> bool:
    return period.start <= _midnight(day, site) < period.end


def _midnight(day: date, site: Site) -> datetime:
    return datetime.combine(day, time(), site.zone_info).astimezone(UTC)


def _cooled(site: Site, place: str, reservations: Reservations) -> dict[str, int]:
    """Return the energy [J] by account of the zones that a place serves."""
    if place in site.enclosures.tanks:
        zones: tuple[str, ...] = (site.enclosures.tanks[place].zone,)
    else:
        machine = site.cooling.equipment().get(place)
        zones = machine.zones if machine else (place,)
    found: dict[str, int] = {}
    for zone in zones:
        for account, energy_j in reservations.energy_j.get(zone, {}).items():
            found[account] = found.get(account, 0) + energy_j
    return found


def _bear(lines: dict[str, int], amount_mg: int, weights: Mapping[str, int]) -> None:
    for line, share_mg in (share_out(amount_mg, weights) or {RESIDUAL: amount_mg}).items():
        lines[line] = lines.get(line, 0) + quanta_from_mg(share_mg)
