"""A tenant's door: the namespace where it leaves its requests, and nothing else (docs/decisions/0008)."""

from __future__ import annotations

from infra.inventory import labels, names
from infra.inventory.errors import N_, InventoryError
from infra.inventory.names import PLATFORM_NAMESPACES
from infra.inventory.site import Site
from tenancy.manifests.kinds import GROUP_VERSION, Manifest, meta
from tenancy.manifests.security import POD_SECURITY

NAME_MAX = 63
DOOR = f"{labels.DOMAIN}/door"
GROUP = f"{labels.DOMAIN}/group"
RESERVED_NAMES = frozenset({*PLATFORM_NAMESPACES, "default", "kube-public", "kube-node-lease"})


def door_name(tenant_id: str) -> str:
    """Return the namespace in which `tenant_id` leaves its requests. Raises InventoryError when it is too long."""
    name = names.door_name(tenant_id)
    if len(name) > NAME_MAX:
        raise InventoryError(
            N_("the tenant's id is too long for its namespace of requests '{name}' ({length} characters, 63 at most)"),
            where=f"tenants.{tenant_id}", name=name, length=len(name),
            remedy=N_("write an id of 56 characters at most"))
    return name


def door_manifests(site: Site, tenant_id: str) -> list[Manifest]:
    """Return the door of a tenant: its namespace, a quota that lets nothing run, the tenant's right."""
    name, tenant = door_name(tenant_id), site.tenants[tenant_id]
    marks = {labels.TENANT: tenant_id, labels.SITE: site.id, DOOR: tenant_id}
    namespace: Manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {
        **meta(name, more={**marks, **POD_SECURITY}), "annotations": {GROUP: tenant.group}}}
    nothing_runs: Manifest = {
        "apiVersion": "v1", "kind": "ResourceQuota", "metadata": meta("estran-door", name, marks),
        # Requests are not counted: the quota controller learns of a new custom resource only after half a minute,
        # and refuses it until then.
        "spec": {"hard": {"pods": "0", "services": "0", "persistentvolumeclaims": "0", "secrets": "0"}},
    }
    right: Manifest = {
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": meta("estran-requester", name, marks),
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "estran-requester"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": tenant.group}],
    }
    return [namespace, nothing_runs, right]


def tenant_resource(site: Site, tenant_id: str) -> Manifest:
    """Return the `Tenant` object: the convention as the site file states it, for `kubectl get tenants`."""
    tenant = site.tenants[tenant_id]
    convention = tenant.convention
    return {
        "apiVersion": GROUP_VERSION, "kind": "Tenant",
        "metadata": meta(tenant_id, more={labels.TENANT: tenant_id, labels.SITE: site.id}),
        "spec": {
            "name": tenant.name, "kind": tenant.kind, "siret": tenant.siret, "group": tenant.group,
            "contact": tenant.contact, **({"parent": tenant.parent} if tenant.parent else {}),
            "convention": {
                "number": convention.number, "starts": convention.starts.isoformat(),
                "ends": convention.ends.isoformat(), "grants": list(convention.grants),
                "namespacesMax": convention.namespaces_max, "quota": convention.quota.written(),
            },
        },
    }
