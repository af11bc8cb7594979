"""The layer `tenants`: one place per tenant."""

from __future__ import annotations

import pulumi

from infra.components.tenant_space import TenantSpace, TenantSpaceArgs
from infra.inventory.site import Site


def tenants(site: Site, provider: pulumi.ProviderResource) -> None:
    """Register the place of each tenant of the site."""
    for tenant_id in site.tenants:
        TenantSpace(tenant_id, TenantSpaceArgs(site, tenant_id, provider))
