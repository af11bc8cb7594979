"""Meters: one register per place, side and quantity, so that nothing is counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from infra.inventory.checks.problem import Problem
from infra.inventory.meters import Meter
from infra.inventory.site import Site


def problems(site: Site) -> Iterator[Problem]:
    """Yield meters that overlap or share a serial, and devices that overlap in the place of one meter."""
    places: dict[tuple[str, str, str], str] = {}
    serials: dict[str, str] = {}
    for name, meter in site.meters.items():
        other = places.setdefault((meter.at, meter.side, meter.quantity), name)
        if other != name:
            yield Problem(("meters", name, "at"), "meter_overlap", {"other": other})
        same = serials.setdefault(meter.serial, name)
        if same != name:
            yield Problem(("meters", name, "serial"), "duplicate_value",
                          {"value": meter.serial, "what": "serial", "other": same})
        yield from _registrations(name, meter)


def _registrations(name: str, meter: Meter) -> Iterator[Problem]:
    rows = meter.registrations
    for position, row in enumerate(rows):
        if row.until is not None and row.until <= row.since:
            yield Problem(("meters", name, "registrations", position, "until"), "registration_reversed",
                          {"until": row.until.isoformat(), "since": row.since.isoformat()})
    for position, (row, following) in enumerate(pairwise(rows)):
        if row.until is None or row.until > following.since:
            yield Problem(("meters", name, "registrations", position + 1, "since"), "registration_overlap",
                          {"since": following.since.isoformat(), "other": row.serial,
                           "until": row.until.isoformat() if row.until else "-"})
    if rows and rows[-1].until is None and rows[-1].serial != meter.serial:
        yield Problem(("meters", name, "serial"), "registration_serial",
                      {"value": meter.serial, "other": rows[-1].serial})
