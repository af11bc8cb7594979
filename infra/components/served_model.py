"""A served model of the site's catalogue."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.components.manifest_set import ManifestSet
from infra.inventory.site import Site
from serving.manifests import model_manifests


@dataclass(frozen=True)
class ServedModelArgs:
    site: Site
    model_id: str
    provider: pulumi.ProviderResource


class ServedModel(pulumi.ComponentResource):
    """Registers what `serving` says a model is made of."""

    def __init__(self, name: str, args: ServedModelArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("estran:serving:ServedModel", name, None, opts)
        registered = ManifestSet(name, model_manifests(args.site, args.model_id), provider=args.provider,
                                 opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({"objects": len(registered.objects)})
