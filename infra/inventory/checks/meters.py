"""Meters: one register per place, side and quantity, so that nothing is counted twice."""

from __future__ import annotations

from collections.abc import Iterator

from infra.inventory.checks.problem import Problem
from infra.inventory.site import Site


def problems(site: Site) -> Iterator[Problem]:
    """Yield meters that overlap or share a serial."""
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
