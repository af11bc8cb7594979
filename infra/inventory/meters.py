"""Meters: which register stands where. Readings never enter the site file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from infra.inventory.types import Fact, Slug


class Meter(Fact):
    """A register at one side of an element. Accuracy classes: IEC 62053-21/-22 (energy), EN 1434 (heat)."""

    at: Slug
    side: Literal["in", "out"] = "in"
    quantity: Literal["energy", "heat"] = "energy"
    unit: Literal["Wh", "kWh", "J"] = "Wh"
    accuracy_class: Literal["0.2S", "0.5S", "0.5", "1", "2", "3"] = "1"
    serial: str = Field(min_length=1)
    ct_family: str = ""
