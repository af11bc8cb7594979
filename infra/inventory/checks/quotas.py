"""Budgets: children inside their parent, parents inside the site; what models and images may be."""

from __future__ import annotations

from collections.abc import Iterator

from infra.inventory.checks.loops import loop_through
from infra.inventory.checks.problem import Problem
from infra.inventory.names import door_name, namespace_name
from infra.inventory.quota import Quota
from infra.inventory.site import Site
from infra.inventory.tenancy import Tenant

NAME_MAX = 63


def problems(site: Site) -> Iterator[Problem]:
    """Yield the problems of tenants, their budgets and the catalogue."""
    loop = loop_through({name: (tenant.parent,) if tenant.parent else () for name, tenant in site.tenants.items()})
    if loop:
        yield Problem(("tenants", loop[0], "parent"), "tenant_loop", {"loop": " -> ".join(loop)})
        return
    for name, tenant in site.tenants.items():
        yield from _convention(name, tenant)
        yield from _budget(site, name, tenant)
    yield from _capacity(site)
    yield from _identities(site)
    yield from _catalogue(site)


def committed(site: Site, tenant_id: str) -> Quota:
    """Return what a tenant's convention already holds: its children's quotas and its own namespaces in the file."""
    total = Quota.nothing()
    for child in site.tenants.values():
        if child.parent == tenant_id:
            total = total + child.convention.quota
    for namespace in site.tenants[tenant_id].namespaces.values():
        total = total + namespace.quota
    return total


def _convention(name: str, tenant: Tenant) -> Iterator[Problem]:
    at = ("tenants", name, "convention")
    convention = tenant.convention
    if convention.ends < convention.starts:
        yield Problem((*at, "ends"), "dates_reversed", {"ends": convention.ends, "starts": convention.starts})
    if convention.quota.gpus and "gpu" not in convention.grants:
        yield Problem((*at, "quota", "gpu"), "gpu_without_grant", {"gpus": convention.quota.gpus})
    for full, key in ((door_name(name), ()), *((namespace_name(name, each), ("namespaces", each))
                                               for each in tenant.namespaces)):
        if len(full) > NAME_MAX:
            yield Problem(("tenants", name, *key), "name_too_long", {"value": full, "length": len(full)})


def _budget(site: Site, name: str, tenant: Tenant) -> Iterator[Problem]:
    for shortfall in committed(site, name).shortfalls(tenant.convention.quota):
        yield Problem(("tenants", name, "convention", "quota", shortfall.resource), "over_parent", {
            "tenant": name, "asked": shortfall.asked, "resource": shortfall.resource,
            "available": shortfall.available})


def _capacity(site: Site) -> Iterator[Problem]:
    total = Quota.nothing()
    for tenant in site.tenants.values():
        if tenant.parent is None:
            total = total + tenant.convention.quota
    for shortfall in total.shortfalls(site.capacity()):
        yield Problem(("tenants",), "over_capacity", {
            "asked": shortfall.asked, "resource": shortfall.resource, "available": shortfall.available})


def _identities(site: Site) -> Iterator[Problem]:
    for what, key in (("SIRET", "siret"), ("group", "group")):
        owner: dict[str, str] = {}
        for name, tenant in site.tenants.items():
            value = getattr(tenant, key)
            if value in owner:
                yield Problem(("tenants", name, key), "duplicate_value",
                              {"value": value, "what": what, "other": owner[value]})
            owner.setdefault(value, name)


def _catalogue(site: Site) -> Iterator[Problem]:
    for section, offers in (("models", site.models), ("services", site.services)):
        for name, offer in offers.items():
            if not offer.image.startswith(tuple(f"{registry}/" for registry in site.cluster.registries)):
                yield Problem((section, name, "image"), "image_not_allowed",
                              {"value": offer.image, "registries": ", ".join(site.cluster.registries)})
    for name, model in site.models.items():
        boards = [gpu.count for node in site.nodes.values() for gpu in node.gpus
                  if model.gpu_product in ("", gpu.model)]
        if model.gpu_per_replica > max(boards, default=0):
            yield Problem(("models", name, "gpu_per_replica"), "model_too_big",
                          {"gpus": model.gpu_per_replica, "product": model.gpu_product or "*"})
