"""The layer `models`: one served model after the other."""

from __future__ import annotations

import pulumi

from infra.components.served_model import ServedModel, ServedModelArgs
from infra.inventory.site import Site


def models(site: Site, provider: pulumi.ProviderResource) -> None:
    """Register each model of the site's catalogue."""
    for model_id in site.models:
        ServedModel(model_id, ServedModelArgs(site, model_id, provider))
