"""A tenant's place on the cluster: its convention as an object, its door, its namespaces and their guards."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.components.manifest_set import ManifestSet
from infra.inventory.site import Site
from tenancy.manifests.tenant import tenant_manifests


@dataclass(frozen=True)
class TenantSpaceArgs:
    site: Site
    tenant_id: str
    provider: pulumi.ProviderResource


class TenantSpace(pulumi.ComponentResource):
    """Registers what `tenancy` says a tenant is made of."""

    def __init__(self, name: str, args: TenantSpaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("estran:tenancy:TenantSpace", name, None, opts)
        manifests = ManifestSet(name, tenant_manifests(args.site, args.tenant_id), provider=args.provider,
                                opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({"objects": len(manifests.objects)})
