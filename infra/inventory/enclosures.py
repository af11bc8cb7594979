"""What holds nodes: racks (air or direct liquid) and tanks (immersion)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from infra.inventory.types import Celsius, Fact, Slug, Watts


class Rack(Fact):
    zone: Slug
    height_u: int = Field(default=42, ge=1, le=60)


class Tank(Fact):
    """An ImmersionUnit (Redfish CoolingUnit). Limits are the coolant maker's and the site's, not guesses."""

    zone: Slug
    height_u: int = Field(default=42, ge=1, le=60)
    coolant: Literal["mineral-oil", "synthetic-ester", "pao", "gtl"]
    volume_l: float = Field(gt=0)
    bath_setpoint_c: Celsius = 40
    bath_limit_c: Celsius = 55
    pump_rated_w: Watts = 0
    fed_by: tuple[Slug, ...] = Field(min_length=1)
    controller: str = ""


class Enclosures(Fact):
    racks: dict[Slug, Rack] = {}
    tanks: dict[Slug, Tank] = {}

    def all(self) -> dict[str, Rack | Tank]:
        """Return racks and tanks by id."""
        return {**self.racks, **self.tanks}
