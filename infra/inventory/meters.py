"""Meters: which register stands where. Readings never enter the site file."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from infra.inventory.types import Fact, Slug

AccuracyClass = Literal["0.2S", "0.5S", "0.5", "1", "2", "3"]


class Registration(Fact):
    """One device in the place of a meter, from `since` until `until`; indexes in the meter's unit, read at both ends.

    Without its opening index and the closing one of the device before, a month with a replacement is only bridged.
    """

    serial: str = Field(min_length=1)
    since: AwareDatetime
    until: AwareDatetime | None = None
    opening: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    closing: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    accuracy_class: AccuracyClass | None = None


class Meter(Fact):
    """A register at one side of an element. Accuracy classes: IEC 62053-21/-22 (energy), EN 1434 (heat).

    `modulus`: where the register goes back to zero, in its unit. `registrations`: the devices that stood here, in time.
    """

    at: Slug
    side: Literal["in", "out"] = "in"
    quantity: Literal["energy", "heat"] = "energy"
    unit: Literal["Wh", "kWh", "J"] = "Wh"
    accuracy_class: AccuracyClass = "1"
    serial: str = Field(min_length=1)
    ct_family: str = ""
    modulus: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    scrape_s: int = Field(default=60, ge=1, le=900, description="Time between two samples of its series.")
    registrations: tuple[Registration, ...] = ()
