"""A request before it is sent: checked for form, or decided here as a trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from infra.inventory.errors import N_
from infra.inventory.names import namespace_name
from infra.inventory.site import Site
from infra.inventory.tenancy import Tenant
from tenancy.answer import Answer, answer_of_decision
from tenancy.decisions import decide
from tenancy.errors import RequestError
from tenancy.holdings import Holdings
from tenancy.manifests.kinds import Manifest
from tenancy.manifests.namespace import namespace_manifests
from tenancy.request import NamespaceRequest, asked_quota
from tenancy.rules.naming import LONGEST, dns_safe, well_formed

SHORTEST_PURPOSE = 3


def asked_request(
    tenant: str, name: str, quota: Mapping[str, Any], purpose: str, grants: Sequence[str] = ()
) -> NamespaceRequest:
    """Return the request, known to be well formed. Raises RequestError before anything is sent."""
    if dns_safe(tenant) != tenant:
        raise RequestError(N_("'{tenant}' can't be a tenant's id"), where="--tenant", tenant=tenant,
                           remedy=N_("write it as in the site file, for instance '{suggestion}'"),
                           suggestion=dns_safe(tenant))
    if not well_formed(tenant, name):
        room = LONGEST - len(namespace_name(tenant, ""))
        raise RequestError(
            N_("'{name}' can't be a namespace's name: lower-case letters, digits and hyphens, a letter first, "
               "{room} characters at most for this tenant"), where="--name", name=name, room=room,
            remedy=N_("write for instance --name {suggestion}"), suggestion=dns_safe(name)[:max(room, 1)].strip("-"))
    if len(purpose.strip()) < SHORTEST_PURPOSE:
        raise RequestError(N_("the purpose says nothing"), where="--why",
                           remedy=N_("say in a few words what the namespace is for"))
    return NamespaceRequest(tenant, name, asked_quota(quota), purpose.strip(), tuple(sorted(grants)))


def trial(site: Site, request: NamespaceRequest, today: date | None = None) -> tuple[Answer, list[Manifest]]:
    """Return the answer by the site file alone, and the objects that would be made (none when refused)."""
    day = today or datetime.now(UTC).astimezone(site.zone_info).date()
    decision = decide(site, request, Holdings(), day)
    if not decision.granted:
        return answer_of_decision(request, decision), []
    grants = [*request.grants, *(["gpu"] if request.quota.gpus else [])]
    return answer_of_decision(request, decision), namespace_manifests(
        site, request.tenant, request.name, request.quota, request.purpose, grants)


def known_tenant(site: Site, tenant_id: str) -> Tenant:
    """Return a tenant of the site. Raises RequestError naming the known ones."""
    if tenant_id not in site.tenants:
        raise RequestError(N_("the site has no tenant '{tenant}'; known: {known}"), where="--tenant", tenant=tenant_id,
                           known=", ".join(sorted(site.tenants)), remedy=N_("write one of these"))
    return site.tenants[tenant_id]
