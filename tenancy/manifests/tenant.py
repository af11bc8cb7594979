"""Everything of one tenant: its object, its door, its own right, and the namespaces of the site file."""

from __future__ import annotations

from infra.inventory import labels
from infra.inventory.site import Site
from tenancy.manifests.door import door_manifests, tenant_resource
from tenancy.manifests.kinds import Manifest, meta
from tenancy.manifests.namespace import namespace_manifests


def tenant_manifests(site: Site, tenant_id: str) -> list[Manifest]:
    """Return the objects of a tenant, in an order in which they can be applied."""
    convention = site.tenants[tenant_id].convention
    manifests = [tenant_resource(site, tenant_id), *_own_view(site, tenant_id), *door_manifests(site, tenant_id)]
    for name, spec in site.tenants[tenant_id].namespaces.items():
        manifests += namespace_manifests(site, tenant_id, name, spec.quota, spec.purpose, convention.grants)
    return manifests


def _own_view(site: Site, tenant_id: str) -> list[Manifest]:
    """A tenant reads its own `Tenant` object and no other."""
    name = f"estran-tenant-{tenant_id}"
    marks = {labels.TENANT: tenant_id, labels.SITE: site.id}
    role: Manifest = {
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": meta(name, more=marks),
        "rules": [{"apiGroups": [labels.API_GROUP], "resources": ["tenants"], "resourceNames": [tenant_id],
                   "verbs": ["get"]}],
    }
    binding: Manifest = {
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": meta(name, more=marks),
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group",
                      "name": site.tenants[tenant_id].group}],
    }
    return [role, binding]
