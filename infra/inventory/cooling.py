"""Cooling zones and the plant that serves them (EN 50600-2-3 words). Powers in watts, temperatures in °C."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from infra.inventory.types import Celsius, Fact, Slug, Watts

ZoneKind = Literal["air", "immersion", "direct-liquid"]
Coolant = Literal["water", "glycol-30", "mineral-oil", "synthetic-ester", "pao", "gtl"]


class CoolingZone(Fact):
    """Enclosures served by one coolant loop and heat rejection; where partial PUE is computed.

    `loop_coolant` is what flows where the zone's flow and temperatures are taken; it need not be the tank's own. Its
    density and specific heat are those of a table unless they are given here (the maker's sheet).
    """

    kind: ZoneKind
    setpoint_c: Celsius
    loop_coolant: Coolant = "water"
    loop_density_kg_per_m3: float | None = Field(default=None, gt=500, lt=2500)
    loop_heat_j_per_kg_k: float | None = Field(default=None, gt=500, lt=6000)
    floor_area_m2: float = Field(default=0, ge=0)


class CoolingEquipment(Fact):
    """A machine of the plant: the zones it serves, the boards that feed it, its rated electric and thermal power."""

    zones: tuple[Slug, ...] = Field(min_length=1)
    fed_by: tuple[Slug, ...] = Field(min_length=1)
    rated_w: Watts
    cooling_capacity_w: Watts


class Crah(CoolingEquipment):
    """Computer-room air handler: fans, cubic in flow."""


class Cdu(CoolingEquipment):
    """Coolant distribution unit: pumps between a tank or cold plates and the facility loop."""

    flow_l_per_s: float = Field(default=0, ge=0)


class DryCooler(CoolingEquipment):
    approach_k: float = Field(default=8, gt=0)


class Chiller(CoolingEquipment):
    """Compression chiller; `eer_at_35c` is cooling over electric power at 35 °C outdoors (EN 14511)."""

    eer_at_35c: float = Field(gt=1, lt=30)
    free_cooling_below_c: Celsius = -60


class Cooling(Fact):
    zones: dict[Slug, CoolingZone] = Field(min_length=1)
    crahs: dict[Slug, Crah] = {}
    cdus: dict[Slug, Cdu] = {}
    dry_coolers: dict[Slug, DryCooler] = {}
    chillers: dict[Slug, Chiller] = {}

    def equipment(self) -> dict[str, CoolingEquipment]:
        """Return every machine of the plant by id."""
        return {**self.crahs, **self.cdus, **self.dry_coolers, **self.chillers}
