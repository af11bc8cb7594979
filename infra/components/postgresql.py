"""PostgreSQL as a service of the platform."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra.components.manifest_set import ManifestSet
from infra.inventory.site import Site
from infra.services.postgresql import postgresql_manifests


@dataclass(frozen=True)
class PostgresqlArgs:
    site: Site
    service_id: str
    password: pulumi.Output[str]
    provider: pulumi.ProviderResource


class Postgresql(pulumi.ComponentResource):
    """A PostgreSQL server with its own storage, reached only through its Service."""

    def __init__(self, name: str, args: PostgresqlArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("estran:services:Postgresql", name, None, opts)
        manifests = postgresql_manifests(args.site, args.service_id, password=args.password)
        registered = ManifestSet(name, manifests, provider=args.provider, opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({"objects": len(registered.objects)})
