"""What every tenant stands on: definitions, admission policies, priority classes, roles."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.components.manifest_set import ManifestSet
from infra.inventory.site import Site
from tenancy.manifests.platform import platform_manifests


@dataclass(frozen=True)
class PlatformBaseArgs:
    site: Site
    provider: pulumi.ProviderResource


class PlatformBase(pulumi.ComponentResource):
    """Registers what `tenancy` says the platform is made of."""

    def __init__(self, name: str, args: PlatformBaseArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("estran:tenancy:PlatformBase", name, None, opts)
        self.manifests = ManifestSet(name, platform_manifests(args.site), provider=args.provider,
                                     opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({"objects": len(self.manifests.objects)})
