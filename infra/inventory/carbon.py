"""Facts of the carbon books: instruments bought, assets owned, fluids and fuel used, factors of the operator's own."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from infra.inventory.messages import refusal
from infra.inventory.types import Fact, Slug

Kilograms = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Figure = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Certificate = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]*\d(\.\.[A-Za-z0-9-]*\d)?$")]
KWH_PER_CERTIFICATE = 1000  # a guarantee of origin is issued for 1 MWh (Directive (EU) 2018/2001, art. 19)


class Instrument(Fact):
    """A contract over electricity of a known origin, from `since` to `until` (excluded, local days).

    `kind`: a guarantee of origin bought by itself, a PPA, or on-site production; all three count only as far as their
    guarantees are retired (Delegated Regulation (EU) 2024/1364, Annex II). `tenants` gives each its part [kWh]; the
    rest serves every line. `hours` are 24 weights by local hour, none for a flat profile.
    """

    kind: Literal["guarantee", "ppa", "on-site"]
    technology: str = Field(min_length=2)
    grid: str = "FR"
    volume_kwh: int = Field(ge=1, le=10**10)
    since: date
    until: date
    certificates: tuple[Certificate, ...] = ()
    retired: date | None = None
    tenants: dict[Slug, int] = {}
    hours: tuple[Annotated[int, Field(ge=0, le=1000)], ...] = ()
    gco2e_per_kwh: Figure = 0.0

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.until <= self.since:
            raise refusal("instrument_dates", since=self.since, until=self.until)
        if self.hours and (len(self.hours) != 24 or not any(self.hours)):
            raise refusal("instrument_hours", count=len(self.hours))
        return self

    def certificate_ranges(self) -> list[tuple[str, int, int]]:
        """Return (prefix, first number, last number) of each entry; `A-1..A-3` holds three certificates."""
        ranges = []
        for entry in self.certificates:
            first, _, last = entry.partition("..")
            prefix = first.rstrip("0123456789")
            number = int(first[len(prefix):])
            ranges.append((prefix, number, int(last[len(last.rstrip("0123456789")):]) if last else number))
        return ranges

    @property
    def certified_kwh(self) -> int:
        """Return what retired guarantees vouch for [kWh], at most the volume: what counts in the market-based book."""
        count = sum(max(0, last - first + 1) for _prefix, first, last in self.certificate_ranges())
        return min(self.volume_kwh, count * KWH_PER_CERTIFICATE) if self.retired else 0


class EmbodiedRange(Fact):
    """What making one of it emitted [kgCO2e]: a range, because published figures differ by a factor of two and more."""

    low: Kilograms
    mid: Kilograms
    high: Kilograms

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.mid <= self.high:
            raise refusal("embodied_order", low=self.low, mid=self.mid, high=self.high)
        return self


class Asset(Fact):
    """What was made once and serves for years. A `server` is all of a node but what is listed beside it.

    Its embodied carbon comes from `kgco2e` or from the register's row `factor`, one of the two.
    """

    kind: Literal["server", "gpu", "memory", "storage", "plant", "building"]
    node: Slug | None = None
    zone: Slug | None = None
    count: int = Field(default=1, ge=1, le=100_000)
    factor: str = ""
    kgco2e: EmbodiedRange | None = None
    lifetime_years: float = Field(gt=0, le=100)
    in_service: date
    retired: date | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if bool(self.factor) == (self.kgco2e is not None):
            raise refusal("asset_source")
        if self.kind in ("server", "gpu") and self.node is None:
            raise refusal("asset_node", asset=self.kind)
        return self


class Refill(Fact):
    """Fluid put back into a machine, a tank or a zone: what it replaces has leaked. `fluid` names a row of factors."""

    at: Slug
    fluid: str = Field(min_length=2)
    kg: Kilograms
    day: date


class FuelUse(Fact):
    """Litres that a genset burned from `since` to `until` (excluded), by gauge or invoice; they replace its rating."""

    genset: Slug
    litres: Figure
    since: date
    until: date

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.until <= self.since:
            raise refusal("fuel_dates", since=self.since, until=self.until)
        return self


class OwnFactor(Fact):
    """A row that the operator adds to the register of factors, with its source."""

    book: Literal["statutory", "residual", "fuel", "gwp", "embodied"]
    subject: str = Field(min_length=2)
    unit: Literal["gCO2e/kWh", "kgCO2e/L", "kgCO2e/kg", "kgCO2e"]
    value: Figure
    low: Figure | None = None
    high: Figure | None = None
    publisher: str = Field(min_length=2)
    licence: str = Field(min_length=2)
    edition: str = Field(min_length=4)
    scope: str = Field(min_length=4)
    valid_from: date
    valid_to: date
    verified: bool = False
    illustrative: bool = False


class CarbonFacts(Fact):
    """What the operator owns and bought, by id."""

    instruments: dict[Slug, Instrument] = {}
    assets: dict[Slug, Asset] = {}
    refills: dict[Slug, Refill] = {}
    fuel_uses: dict[Slug, FuelUse] = {}
    factors: dict[Slug, OwnFactor] = {}
