"""Everything the platform layer lays under tenancy, in an order in which it can be applied."""

from __future__ import annotations

from infra.inventory import labels
from infra.inventory.names import MODELS_NAMESPACE, SERVICES_NAMESPACE, SYSTEM_NAMESPACE
from infra.inventory.site import Site
from tenancy.manifests.access import cluster_roles, controller_access
from tenancy.manifests.crds import crds
from tenancy.manifests.kinds import Manifest, meta
from tenancy.manifests.policies import policy_manifests
from tenancy.manifests.priorities import priority_classes
from tenancy.manifests.security import pod_security


def platform_manifests(site: Site) -> list[Manifest]:
    """Return namespaces of the platform, custom resources, roles, priority classes and policies."""
    return [*_namespaces(site), *crds(), *cluster_roles(), *controller_access(), *priority_classes(),
            *policy_manifests(site)]


def _namespaces(site: Site) -> list[Manifest]:
    profiles = {SYSTEM_NAMESPACE: "baseline", SERVICES_NAMESPACE: "restricted", MODELS_NAMESPACE: "restricted"}
    return [
        {"apiVersion": "v1", "kind": "Namespace",
         "metadata": meta(name, more={labels.SITE: site.id, **pod_security(profile)})}
        for name, profile in profiles.items()
    ]
