"""Services of the platform that serve each other: one linear solve says what each passes on, whoever uses whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from energy.allocation.elimination import solve
from energy.errors import EnergyError
from energy.readings.source import Values
from infra.inventory.errors import N_
from infra.inventory.site import Site

Matrix = npt.NDArray[np.float64]
OVER_UNITY = 1e-9
SINGULAR = 1e-9  # pivots are 1 where services don't meet, and 0 where they pass all of it round among themselves


@dataclass(frozen=True)
class Drivers:
    """Which part of each service others cause. `mutual` A [..., service, service], `to_tenants` B [..., service,
    tenant]; what a row of both leaves to 1 is everybody's.
    """

    services: tuple[str, ...]
    tenants: tuple[str, ...]
    mutual: Matrix
    to_tenants: Matrix

    def __post_init__(self) -> None:
        for name, table in (("services", self.mutual), ("tenants", self.to_tenants)):
            if not np.isfinite(table).all() or (table < 0).any():
                raise EnergyError(N_("a driver towards {kind} is negative or no number"), kind=name,
                                  where="energy.platform_services",
                                  remedy=N_("drivers are parts between 0 and 1"))
        given = self.mutual.sum(axis=-1) + self.to_tenants.sum(axis=-1)
        if (given > 1 + OVER_UNITY).any():
            service = self.services[int(np.unravel_index(int(np.argmax(given)), given.shape)[-1])]
            raise EnergyError(
                N_("the drivers of service '{service}' give away {total} of it"), service=service,
                total=f"{float(given.max()):.6g}", where=f"energy.platform_services.{service}.drivers",
                remedy=N_("parts of one service add up to 1 at most"))

    def through(self, direct: Values) -> Values:
        """Return what passes through each service [services, intervals] when `direct` [same] is its own energy.

        x = (I − Aᵀ)⁻¹ · direct: each service's own, and what the others hand it. Raises EnergyError when the services
        hand all of it round among themselves, so that nobody would ever bear it.
        """
        size = len(self.services)
        solved, least_pivot = solve(np.eye(size) - np.swapaxes(self.mutual, -1, -2), direct.T)
        if (least_pivot <= SINGULAR).any():
            raise EnergyError(
                N_("the platform's services ({services}) hand all their energy round among themselves"),
                services=", ".join(self.services), where="energy.platform_services",
                remedy=N_("let at least one of them serve a tenant, or leave a part of its drivers open: it is then "
                          "everybody's"))
        return np.asarray(solved.T)

    def borne(self, direct: Values, everybody: Values) -> Values:
        """Return what each tenant bears [tenants, intervals]; it adds up to `direct`, but for an interval in which the
        parts that are everybody's find nobody: `everybody` [tenants, intervals] are weights for those.
        """
        passed = self.through(direct)
        given = np.broadcast_to(self.to_tenants, (passed.shape[1], *self.to_tenants.shape[-2:]))
        own = (passed.T[:, :, None] * given).sum(axis=1).T
        left = 1 - self.mutual.sum(axis=-1) - self.to_tenants.sum(axis=-1)
        common = (passed * np.broadcast_to(left, (passed.shape[1], len(self.services))).T).sum(axis=0)
        total = everybody.sum(axis=0)
        return np.asarray(own + np.maximum(common, 0) * everybody / np.where(total > 0, total, 1.0))


def declared_drivers(site: Site) -> Drivers:
    """Return the drivers of the site's policy; a site without services has one, `platform`, that is everybody's."""
    services = tuple(sorted(site.energy.platform_services)) or ("platform",)
    tenants = tuple(sorted(site.tenants))
    mutual, to_tenants = np.zeros((len(services),) * 2), np.zeros((len(services), len(tenants)))
    for row, name in enumerate(services):
        policy = site.energy.platform_services.get(name)
        for recipient, part in (policy.drivers if policy else {}).items():
            table, names = (mutual, services) if recipient in services else (to_tenants, tenants)
            table[row, names.index(recipient)] = part
    return Drivers(services, tenants, mutual, to_tenants)


def measured_drivers(site: Site, amounts: Mapping[str, Mapping[str, Values]], intervals: int) -> Drivers:
    """Return drivers by interval: `amounts[service][recipient]` is what each asked of it (bytes, requests, samples).

    A service without amounts keeps the policy's drivers; an interval in which nobody asked anything too. Raises
    EnergyError for a service or a recipient that the site file does not know.
    """
    policy = declared_drivers(site)
    _refuse_unknown(policy, amounts)
    mutual, to_tenants = (np.repeat(table[None], intervals, axis=0) for table in (policy.mutual, policy.to_tenants))
    for service, by_recipient in amounts.items():
        row = policy.services.index(service)
        total = sum(by_recipient.values(), np.zeros(intervals))
        asked = total > 0
        mutual[asked, row], to_tenants[asked, row] = 0.0, 0.0
        for recipient, amount in by_recipient.items():
            table, names = ((mutual, policy.services) if recipient in policy.services else
                            (to_tenants, policy.tenants))
            table[asked, row, names.index(recipient)] = amount[asked] / total[asked]
    return Drivers(policy.services, policy.tenants, mutual, to_tenants)


def _refuse_unknown(policy: Drivers, amounts: Mapping[str, Mapping[str, Values]]) -> None:
    known = {*policy.services, *policy.tenants}
    named = [*((name, policy.services) for name in amounts),
             *((name, known) for row in amounts.values() for name in row)]
    for name, allowed in named:
        if name not in allowed:
            raise EnergyError(
                N_("the drivers of the platform name '{name}', which is neither a service nor a tenant"), name=name,
                where="energy.platform_services", known=", ".join(sorted(known)),
                remedy=N_("add it to the site file, or take it out of the series; known: {known}"))
