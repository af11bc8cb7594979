"""How the site's common energy is shared: rules by pool, drivers by service, and when a restatement matters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from infra.inventory.types import Fact, Share, Slug, Watts

SplitRule = Literal["proportional", "capacity", "shapley"]
BASE_LOAD_POOL = "base-load"
_Coefficient = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class PoolCurve(Fact):
    """What a common pool draws [W] for S watts of what it serves: fixed_w + linear*S + quadratic*S² + cubic*S³."""

    fixed_w: Watts = 0.0
    linear: _Coefficient = 0.0
    quadratic_per_w: _Coefficient = 0.0
    cubic_per_w2: _Coefficient = 0.0


class PlatformService(Fact):
    """A service of the platform: its weight in the platform's energy, and the parts of it that others cause.

    `drivers` names services and tenants; what their parts leave to 1 is every tenant's, by its own energy.
    """

    weight: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    namespaces: tuple[Slug, ...] = ()
    drivers: dict[Slug, Share] = {}


class EnergyPolicy(Fact):
    """What the operator decided and its tenants signed; everything else about energy is measured.

    `split_rules` and `curves` go by pool: a UPS, PDU or transformer, a machine of the plant, a tank, or `base-load`.
    `idle_power`: as nodes declare it, or fitted on the month where the fit can be trusted (R² of `fit_r2_min`).
    """

    split_rule: SplitRule = "proportional"
    split_rules: dict[Slug, SplitRule] = {}
    curves: dict[Slug, PoolCurve] = {}
    idle_power: Literal["declared", "fitted"] = "declared"
    fit_r2_min: Share = 0.8
    platform_services: dict[Slug, PlatformService] = {}
    materiality: Share = 0.005

    def rule_of(self, pool: str) -> SplitRule:
        """Return the rule by which a pool is split."""
        return self.split_rules.get(pool, self.split_rule)
