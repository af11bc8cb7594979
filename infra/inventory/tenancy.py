"""Tenants (public bodies), their conventions and their namespaces."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from infra.inventory.quota import Quota
from infra.inventory.types import Fact, Siret, Slug

TenantKind = Literal["region", "departement", "agglomeration", "commune", "syndicat", "etablissement"]
Grant = Literal["node-port", "load-balancer", "gpu", "external-egress"]
Stage = Literal["production", "test"]


class Convention(Fact):
    """What the operator and the tenant signed: dates, quota, and rights beyond the ordinary ones."""

    number: str = Field(min_length=1)
    starts: date
    ends: date
    quota: Quota
    grants: tuple[Grant, ...] = ()
    namespaces_max: int = Field(default=20, ge=1, le=500)


class NamespaceSpec(Fact):
    """A namespace that the site file itself gives to a tenant."""

    purpose: str = Field(min_length=3)
    quota: Quota
    stage: Stage = "production"


class Tenant(Fact):
    """A public body. A parent's quota holds its children's: what a child may use is taken from its parent."""

    name: str = Field(min_length=2)
    kind: TenantKind
    siret: Siret
    parent: Slug | None = None
    group: str = Field(min_length=3, description="Group of the identity provider whose members act for the tenant.")
    contact: str
    convention: Convention
    namespaces: dict[Slug, NamespaceSpec] = {}
