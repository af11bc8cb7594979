"""Admission policies of tenants' namespaces: evaluated by the API server itself, closed when in doubt."""

from __future__ import annotations

from infra.inventory.site import Site
from tenancy.manifests.kinds import Manifest
from tenancy.manifests.policies.gpus import gpu_policy
from tenancy.manifests.policies.host_access import host_access_policy
from tenancy.manifests.policies.identity import identity_policy
from tenancy.manifests.policies.network import network_policy
from tenancy.manifests.policies.ownership import ownership_policy
from tenancy.manifests.policies.policy import Policy, binding, policy
from tenancy.manifests.policies.registries import registry_policy
from tenancy.manifests.policies.scheduling import scheduling_policy
from tenancy.manifests.policies.services import service_policy
from tenancy.manifests.policies.workload_labels import workload_label_policy


def policies(site: Site) -> tuple[Policy, ...]:
    """Return the policies of a site."""
    return (
        registry_policy(site), host_access_policy(), workload_label_policy(), service_policy(), gpu_policy(),
        scheduling_policy(), network_policy(), identity_policy(), ownership_policy(),
    )


def policy_manifests(site: Site) -> list[Manifest]:
    """Return each ValidatingAdmissionPolicy with its binding; a policy comes before the binding that switches it on."""
    return [manifest for each in policies(site) for manifest in (policy(each), binding(each))]
