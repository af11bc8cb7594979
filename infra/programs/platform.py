"""The layer `platform`: what every tenant stands on, and the services of the operator."""

from __future__ import annotations

import pulumi

from infra.components.platform_base import PlatformBase, PlatformBaseArgs
from infra.components.postgresql import Postgresql, PostgresqlArgs
from infra.inventory.site import Site


def platform(site: Site, provider: pulumi.ProviderResource) -> None:
    """Register the platform's base, then each service of the site."""
    base = PlatformBase("platform", PlatformBaseArgs(site, provider))
    config = pulumi.Config()
    for service_id in site.services:
        Postgresql(
            service_id,
            PostgresqlArgs(site, service_id, config.require_secret(f"{service_id}-password"), provider),
            pulumi.ResourceOptions(depends_on=[base]),
        )
