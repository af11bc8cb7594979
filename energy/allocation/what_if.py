"""The same period under each split rule: what every account would bear, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from energy.allocation.baseline import Baselines
from energy.allocation.pool_curve import fitted_curves
from energy.allocation.settle import settle
from energy.graph.closure import close
from energy.readings.meters import MeterReadings
from energy.readings.telemetry import Telemetry
from energy.readings.use import Use
from infra.inventory.energy_policy import SplitRule
from infra.inventory.site import Site

RULES: tuple[SplitRule, ...] = get_args(SplitRule)


@dataclass(frozen=True)
class WhatIf:
    """Joules of the period by account and rule; every rule's column adds up to the facility meter."""

    rules: tuple[SplitRule, ...]
    energy_j: Mapping[str, Mapping[SplitRule, int]]

    def __add__(self, other: WhatIf) -> WhatIf:
        """Return both periods together: a month is the sum of its days."""
        accounts = sorted({*self.energy_j, *other.energy_j})
        return WhatIf(self.rules, {account: {rule: sum(table.energy_j.get(account, {}).get(rule, 0)
                                                       for table in (self, other)) for rule in self.rules}
                                   for account in accounts})

    def change(self, account: str, rule: SplitRule) -> float:
        """Return what `rule` changes for an account against the first rule, as a share of what it bears there."""
        base = self.energy_j[account][self.rules[0]]
        return self.energy_j[account][rule] / base - 1 if base else 0.0


def what_if(site: Site, readings: MeterReadings, use: Use, rules: Sequence[SplitRule] = RULES,
            baselines: Baselines | None = None, telemetry: Telemetry | None = None) -> WhatIf:
    """Return what every account bears when all pools go by one rule, for each of `rules`.

    A stage without declared curve gets the one fitted on its meters (`pool_curve.fitted_curves`). Raises EnergyError
    naming a pool that still has none when Shapley's rule is among them, and what `settle` raises.
    """
    curves = {**fitted_curves(site, close(site, readings)), **site.energy.curves}
    found: dict[str, dict[SplitRule, int]] = {}
    for rule in rules:
        policy = site.energy.model_copy(update={"split_rule": rule, "split_rules": {}, "curves": curves})
        allocation = settle(site.model_copy(update={"energy": policy}), readings, use, baselines, telemetry)
        for shares in allocation.shares.values():
            for holder, row_j in zip(shares.holders, shares.energy_j.sum(axis=1), strict=True):
                by_rule = found.setdefault(holder.account, dict.fromkeys(rules, 0))
                by_rule[rule] += int(row_j)
    return WhatIf(tuple(rules), dict(sorted(found.items())))
