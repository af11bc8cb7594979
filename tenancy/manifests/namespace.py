"""What a tenant's namespace is made of. `pulumi up` and the controller both call this function."""

from __future__ import annotations

from collections.abc import Sequence

from infra.inventory import labels
from infra.inventory.names import namespace_name
from infra.inventory.quota import Quota
from infra.inventory.site import Site
from tenancy.manifests.access import tenant_binding
from tenancy.manifests.budget import limit_range, resource_quota
from tenancy.manifests.kinds import Manifest, meta
from tenancy.manifests.network import network_policies
from tenancy.manifests.security import POD_SECURITY


def namespace_manifests(
    site: Site, tenant_id: str, name: str, quota: Quota, purpose: str, grants: Sequence[str] = (), request: str = ""
) -> list[Manifest]:
    """Return the objects of one tenant's namespace, in the order in which they must be applied.

    The right of the tenant comes last: nobody can work in a namespace before all its limits are there.
    `grants` are the rights of the convention; the GPU's is only passed on when the quota holds a GPU.
    `request` is the uid of the request that asked for it, empty for a namespace of the site file.
    """
    full = namespace_name(tenant_id, name)
    held = [grant for grant in sorted(set(grants)) if grant != "gpu" or quota.gpus]
    marks = {labels.TENANT: tenant_id, labels.SITE: site.id, labels.NAMESPACE: name}
    if request:
        marks[labels.REQUEST] = request
    granted = {f"{labels.GRANT_PREFIX}{grant}": "true" for grant in held}
    namespace: Manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {
        **meta(full, more={**marks, **POD_SECURITY, **granted}), "annotations": {labels.PURPOSE: purpose}}}
    return [
        namespace,
        resource_quota(full, quota, held, marks),
        limit_range(full, quota, marks),
        *network_policies(full, held, marks),
        tenant_binding(full, site.tenants[tenant_id].group, marks),
    ]
