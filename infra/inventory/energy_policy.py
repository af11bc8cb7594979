"""How the site's common energy is shared: rules by pool, drivers by service, and when a restatement matters."""

from __future__ import annotations

from typing import Literal

from infra.inventory.types import Fact, Share, Slug

SplitRule = Literal["proportional", "capacity", "shapley"]


class EnergyPolicy(Fact):
    """What the operator decided and its tenants signed; everything else about energy is measured."""

    split_rule: SplitRule = "proportional"
    split_rules: dict[Slug, SplitRule] = {}
    materiality: Share = 0.005
