"""Feeds: how power reaches each outlet and each machine of the plant. Ratings in watts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from infra.inventory.types import Fact, Slug, Watts

Feed = Literal["A", "B"]


class LossCurve(Fact):
    """Loss of one stage [W] at output load P [W]: fixed_w + linear*P + quadratic_per_w*P² (IEC 62040-3 load points)."""

    fixed_w: Watts = 0.0
    linear: float = Field(default=0.0, ge=0, lt=1)
    quadratic_per_w: float = Field(default=0.0, ge=0, lt=1)

    def loss_w(self, load_w: float) -> float:
        """Return the loss [W] at output load `load_w` [W]."""
        return self.fixed_w + self.linear * load_w + self.quadratic_per_w * load_w * load_w


class PowerElement(Fact):
    """What every element of the graph of feeds has: its parents and its rating."""

    fed_by: tuple[Slug, ...] = Field(min_length=1)
    rating_w: Watts


class Incomer(Fact):
    """A supply of the grid operator; the facility meter stands here. It has no parent of ours."""

    rating_w: Watts
    grid: str = "FR"
    delivery_point: str = ""

    @property
    def fed_by(self) -> tuple[Slug, ...]:
        return ()


class Genset(Fact):
    """A back-up generator: its output counts as E_DC-BG (Delegated Regulation (EU) 2024/1364, Annex II)."""

    rating_w: Watts
    fuel: Literal["diesel", "hvo", "gas"]
    litres_per_kwh: float = Field(gt=0, lt=2)

    @property
    def fed_by(self) -> tuple[Slug, ...]:
        return ()


class Transformer(PowerElement):
    loss: LossCurve = LossCurve()


class Ups(PowerElement):
    """Its output is where PUE category 1 measures IT energy (EN 50600-4-2)."""

    feed: Feed
    loss: LossCurve = LossCurve()
    autonomy_s: int = Field(default=600, ge=0)


class Pdu(PowerElement):
    loss: LossCurve = LossCurve()


class Panel(PowerElement):
    """A board for plant and building: cooling, light, doors."""


class Outlet(PowerElement):
    """One socket of a PDU, feeding one thing."""


Element = Incomer | Genset | PowerElement


class Power(Fact):
    """Every element between the grid and the machines, keyed by id."""

    incomers: dict[Slug, Incomer] = Field(min_length=1)
    gensets: dict[Slug, Genset] = {}
    transformers: dict[Slug, Transformer] = {}
    ups: dict[Slug, Ups] = {}
    pdus: dict[Slug, Pdu] = {}
    panels: dict[Slug, Panel] = {}
    outlets: dict[Slug, Outlet] = {}

    def elements(self) -> dict[str, Element]:
        """Return every element by id, upstream kinds first."""
        return {name: element for _section, name, element in self.placed()}

    def placed(self) -> Iterator[tuple[str, str, Element]]:
        """Yield (section of the site file, id, element), upstream kinds first."""
        for section in type(self).model_fields:
            for name, element in getattr(self, section).items():
                yield section, name, element
