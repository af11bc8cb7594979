"""The full-cost view: what nobody's line of the direct view spread over tenants by declared rules, to the joule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from energy.allocation.apportion import apportion
from energy.allocation.platform import Drivers, declared_drivers
from energy.allocation.result import Allocation, Component
from energy.errors import ConservationError
from energy.readings.names import FREE, PLATFORM, RESIDUAL, VIRTUAL_ACCOUNTS
from energy.readings.source import Values
from energy.readings.use import Use
from energy.units import Joules
from infra.inventory.errors import N_
from infra.inventory.site import Site

_GRAIN = 1 << 40


@dataclass(frozen=True)
class FullCost:
    """Joules [tenants, intervals], rows in the order of `tenants`.

    `direct_j` by component, `free_j` by reservation, `platform_j` by drivers, `residual_j` (signed) by facility energy.
    `unborne_j` [intervals]: the facility meter in intervals in which no tenant held, used or bore anything.
    """

    tenants: tuple[str, ...]
    direct_j: Mapping[Component, Joules]
    free_j: Joules
    platform_j: Joules
    residual_j: Joules
    unborne_j: Joules

    @property
    def total_j(self) -> Joules:
        """Return all that each tenant bears."""
        return sum(self.direct_j.values(), self.free_j + self.platform_j + self.residual_j)


def full_cost(site: Site, allocation: Allocation, use: Use, drivers: Drivers | None = None,
              service_weights: Mapping[str, Values] | None = None) -> FullCost:
    """Return the full-cost view of a settled period: rows and `unborne_j` add up to the facility meter, exactly.

    `_free` goes by the nameplate that tenants hold; `_platform` by `drivers` (declared ones when None) over services
    that weigh as `service_weights` [per interval], else as the policy says; `_residual` by the energy borne so far.
    A rule that finds nobody in an interval falls back on the tenants' direct energy, then on what they hold.
    `use` says what tenants hold where the allocation has no notes. Raises EnergyError (drivers), ConservationError.
    """
    tenants = tuple(sorted(site.tenants))
    direct_j: dict[Component, Joules] = {component: _rows(allocation, component, tenants) for component in Component
                if component is not Component.CLOSURE}
    own_j = sum(direct_j.values(), np.zeros((len(tenants), allocation.closure.period.count), dtype=np.int64))
    held = _held(allocation, use, tenants)
    free_j, free_rest_j = _spread(_account(allocation, FREE), held, own_j)
    drivers = drivers or declared_drivers(site)
    platform_j, platform_rest_j = _platform(site, allocation, drivers, service_weights or {}, (own_j, held))
    borne_j = own_j + free_j + platform_j
    residual = _account(allocation, RESIDUAL)
    spread_j, residual_rest_j = _spread(np.abs(residual), borne_j, held)
    sign = np.sign(residual)
    found = FullCost(tenants, direct_j, free_j, platform_j, spread_j * sign,
                     free_rest_j + platform_rest_j + residual_rest_j * sign)
    if not np.array_equal(found.total_j.sum(axis=0) + found.unborne_j, allocation.closure.facility_j):
        raise ConservationError(N_("the full costs do not add up to the facility meter"), where="energy.allocation",
                                remedy=N_("report this with the site file: no figure is shown"))
    return found


def _rows(allocation: Allocation, component: Component, tenants: tuple[str, ...]) -> Joules:
    shares = allocation.shares[component]
    rows = np.zeros((len(tenants), shares.energy_j.shape[1]), dtype=np.int64)
    places = {tenant: row for row, tenant in enumerate(tenants)}
    for holder, energy_j in zip(shares.holders, shares.energy_j, strict=True):
        if holder.account in places:
            rows[places[holder.account]] += energy_j
        elif holder.account not in VIRTUAL_ACCOUNTS:
            raise ConservationError(N_("'{account}' bears energy, and the site file knows no such tenant"),
                                    account=holder.account, where="energy.allocation",
                                    remedy=N_("report this with the site file: no figure is shown"))
    return rows


def _account(allocation: Allocation, account: str) -> Joules:
    """Return all that a virtual account bears [intervals]."""
    total = np.zeros(allocation.closure.period.count, dtype=np.int64)
    for shares in allocation.shares.values():
        rows = [row for row, holder in enumerate(shares.holders) if holder.account == account]
        total = total + shares.energy_j[rows].sum(axis=0)
    return total


def _held(allocation: Allocation, use: Use, tenants: tuple[str, ...]) -> Joules:
    """Return what tenants hold [tenants, intervals]: nameplate milliwatts, or millicores where these are not noted."""
    places = {tenant: row for row, tenant in enumerate(tenants)}
    held = np.zeros((len(tenants), allocation.closure.period.count), dtype=np.int64)
    if allocation.notes is None:
        rows = [(account, np.rint(cores * 1000).astype(np.int64)) for node in use.nodes.values()
                for account, cores in node.cpu_reserved.items()]
    else:
        noted = allocation.notes.reserved_mw
        rows = [(holder.account, row_mw) for holder, row_mw in zip(noted.holders, noted.energy_j, strict=True)]
    for account, row in rows:
        if account in places:
            held[places[account]] += row
    return held


def _spread(pool_j: Joules, weights: Joules, otherwise: Joules) -> tuple[Joules, Joules]:
    """Return (shares, rest): by weights; in an interval where they are all zero, by `otherwise`."""
    chosen = np.where(weights.sum(axis=0) > 0, weights, otherwise)
    return apportion(pool_j, np.maximum(chosen, 0))


def _platform(site: Site, allocation: Allocation, drivers: Drivers, service_weights: Mapping[str, Values],
              bases: tuple[Joules, Joules]) -> tuple[Joules, Joules]:
    pool_j = _account(allocation, PLATFORM)
    own_j, held = bases
    everybody = np.where(own_j.sum(axis=0) > 0, own_j, held).astype(np.float64)
    direct = np.stack([service_weights.get(name, np.full(len(pool_j), _declared_weight(site, name)))
                       for name in drivers.services])
    total = direct.sum(axis=0)
    direct = np.where(total > 0, direct / np.where(total > 0, total, 1.0), 1 / len(drivers.services))
    borne = drivers.borne(direct, everybody)
    return _spread(pool_j, np.rint(borne * _GRAIN).astype(np.int64), everybody.astype(np.int64))


def _declared_weight(site: Site, service: str) -> float:
    policy = site.energy.platform_services.get(service)
    return policy.weight if policy else 1.0
