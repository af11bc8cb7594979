"""One common pool over holders by the rule that the site's policy gives it, in whole joules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from energy.allocation.apportion import apportion
from energy.allocation.holders import Holder
from energy.allocation.shapley import shapley
from energy.errors import EnergyError
from energy.interval import SETTLEMENT_S
from energy.readings.source import Values
from energy.units import Joules
from infra.inventory.energy_policy import BASE_LOAD_POOL, PoolCurve
from infra.inventory.errors import N_
from infra.inventory.site import Site

_GRAIN = 1 << 40  # weights of Shapley are whole parts of this: finer than a joule of any pool


@dataclass(frozen=True)
class PoolRules:
    """The rules of a site's pools."""

    site: Site

    def split(self, pool: str, pool_j: Joules, draws_j: Joules, reserved_mw: Joules,
              holders: Sequence[Holder]) -> tuple[Joules, Joules]:
        """Return (shares [holders, intervals], rest [intervals]) of `pool_j`; both add up to it exactly.

        proportional: by `draws_j`, the energy of each that the pool serves. capacity: by `reserved_mw`, the nameplate
        held, whatever ran. shapley: by the Shapley value of accounts in the pool's curve, scaled to what was measured;
        an account's value goes to its zones by draw. `rest` is what nobody can bear.
        Raises EnergyError when a pool split by Shapley has no curve.
        """
        rule = self.site.energy.rule_of(pool)
        if rule == "capacity":
            return apportion(pool_j, np.where(pool_j > 0, reserved_mw, 0))
        if rule == "shapley":
            return apportion(pool_j, self._by_shapley(pool, draws_j, holders))
        return apportion(pool_j, draws_j)

    def curve_of(self, pool: str) -> PoolCurve:
        """Return a pool's cost curve: the policy's, the stage's own loss curve, else the law of its kind of machine.

        Fans and pumps go by the cube of flow (affinity laws), compressors by the heat they lift; light is there whoever
        computes. Of these only the shape counts, since values are scaled to what was measured.
        """
        policy = self.site.energy.curves.get(pool)
        if policy is not None:
            return policy
        element = self.site.power.elements().get(pool)
        loss = getattr(element, "loss", None)
        curve = PoolCurve(fixed_w=loss.fixed_w, linear=loss.linear, quadratic_per_w=loss.quadratic_per_w
                          ) if loss else PoolCurve()
        cooling = self.site.cooling
        if pool in {*cooling.crahs, *cooling.cdus, *cooling.dry_coolers, *self.site.enclosures.tanks}:
            curve = PoolCurve(cubic_per_w2=1.0)
        elif pool in cooling.chillers:
            curve = PoolCurve(linear=1.0)
        elif pool == BASE_LOAD_POOL:
            curve = PoolCurve(fixed_w=1.0)
        if curve == PoolCurve():
            raise EnergyError(
                N_("the pool '{pool}' is split by Shapley's rule, and nothing says how it grows with load"), pool=pool,
                where=f"energy.curves.{pool}",
                remedy=N_("write its curve there (fixed_w, linear, quadratic_per_w, cubic_per_w2), or give it another "
                          "rule in energy.split_rules"))
        return curve

    def _by_shapley(self, pool: str, draws_j: Joules, holders: Sequence[Holder]) -> Joules:
        """Return whole weights [holders, intervals]; accounts are the players, wherever they live."""
        accounts, of_holder = np.unique(np.array([holder.account for holder in holders], dtype=str),
                                        return_inverse=True)
        by_account = np.zeros((len(accounts), draws_j.shape[1]), dtype=np.int64)
        np.add.at(by_account, of_holder, draws_j)
        values = shapley(by_account / SETTLEMENT_S, self.curve_of(pool))
        per_joule = values / np.maximum(by_account, 1)
        return _whole_parts(draws_j * per_joule[of_holder])


def _whole_parts(weights: Values) -> Joules:
    total = weights.sum(axis=0)
    return np.rint(weights * (_GRAIN / np.where(total > 0, total, 1.0))).astype(np.int64)
