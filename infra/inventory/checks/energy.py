"""Policies of energy: pools, services and tenants that exist, drivers that give away no more than there is."""

from __future__ import annotations

from collections.abc import Iterator

from infra.inventory.checks.problem import Problem
from infra.inventory.energy_policy import BASE_LOAD_POOL
from infra.inventory.site import Site

OVER_UNITY = 1 + 1e-9


def problems(site: Site) -> Iterator[Problem]:
    """Yield policies that name what the site has not, drivers over 1, and boards shared in no possible way."""
    pools = pools_of(site)
    for key in ("split_rules", "curves"):
        for pool in getattr(site.energy, key):
            if pool not in pools:
                yield Problem(("energy", key, pool), "unknown_pool", {"value": pool, "known": ", ".join(sorted(pools))})
    yield from _drivers(site)


def pools_of(site: Site) -> set[str]:
    """Return the names of everything whose energy is common."""
    power = site.power
    return {*power.transformers, *power.ups, *power.pdus, *power.panels, *site.cooling.equipment(),
            *site.enclosures.tanks, BASE_LOAD_POOL}


def _drivers(site: Site) -> Iterator[Problem]:
    services = site.energy.platform_services
    recipients = {*services, *site.tenants}
    owners: dict[str, str] = {}
    for name, service in services.items():
        at = ("energy", "platform_services", name)
        for recipient in service.drivers:
            if recipient not in recipients:
                yield Problem((*at, "drivers", recipient), "unknown_reference", {
                    "value": recipient, "kind": "services and tenants", "known": ", ".join(sorted(recipients))})
        total = sum(service.drivers.values())
        if total > OVER_UNITY:
            yield Problem((*at, "drivers"), "drivers_over_one", {"value": name, "total": f"{total:g}"})
        for namespace in service.namespaces:
            other = owners.setdefault(namespace, name)
            if other != name:
                yield Problem((*at, "namespaces"), "duplicate_value",
                              {"value": namespace, "what": "namespace", "other": other})
