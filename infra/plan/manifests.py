"""The manifests of a layer: the same pure functions that the Pulumi components register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from infra.inventory.names import LAYERS
from infra.inventory.site import Site
from infra.services.postgresql import postgresql_manifests
from serving.manifests import model_manifests
from tenancy.manifests.platform import platform_manifests
from tenancy.manifests.tenant import tenant_manifests

Manifest = Mapping[str, Any]


def layer_manifests(site: Site, layer: str) -> list[Manifest]:
    """Return what one layer registers; secrets are replaced by a word that says so."""
    if layer == "platform":
        services = (manifest for name in site.services for manifest in postgresql_manifests(site, name))
        return [*platform_manifests(site), *services]
    if layer == "tenants":
        return [manifest for name in site.tenants for manifest in tenant_manifests(site, name)]
    return [manifest for name in site.models for manifest in model_manifests(site, name)]


def site_manifests(site: Site, layers: Iterable[str] = LAYERS) -> dict[str, list[Manifest]]:
    """Return the manifests of each layer, in the order in which the layers come up."""
    return {layer: layer_manifests(site, layer) for layer in layers}
