"""What a tenant may use, what is already promised, and what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from infra.inventory.checks.quotas import committed
from infra.inventory.quota import Quota
from infra.inventory.site import Site


@dataclass(frozen=True)
class Usage:
    """One resource of a convention, as Kubernetes writes figures; `granted` is None when no cluster was asked."""

    resource: str
    convention: str
    committed: str
    granted: str | None
    left: str


def usage_of(site: Site, tenant_id: str, granted: Quota | None) -> list[Usage]:
    """Return the tenant's resources; `granted` is what it holds by requests, None when that is not known."""
    quota, held = site.tenants[tenant_id].convention.quota, committed(site, tenant_id)
    left = quota.minus(held + (granted or Quota.nothing())).written()
    given = granted.written() if granted is not None else None
    return [Usage(resource, amount, held.written()[resource], given[resource] if given else None, left[resource])
            for resource, amount in quota.written().items()]


def granted_of(tenant_object: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Quota | None:
    """Return what the status of a `Tenant` object says was granted; None before the controller has said it."""
    written = tenant_object.get("status", {}).get("granted")
    return Quota.model_validate(dict(written)) if written else None
