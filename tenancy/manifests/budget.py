"""The budget of a namespace: what it may hold in all (ResourceQuota) and in one piece (LimitRange)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from infra.inventory import labels
from infra.inventory.quantities import format_bytes, format_cpu
from infra.inventory.quota import Quota
from tenancy.manifests.kinds import Manifest, meta

QUOTA_NAME = "estran-quota"
LIMITS_NAME = "estran-limits"
DEFAULT_REQUEST = Quota.of(cpu_millicores=100, memory_bytes=128 << 20)
DEFAULT_LIMIT = Quota.of(cpu_millicores=500, memory_bytes=512 << 20)
EXPOSED_MAX = 10
PER_POD = {"configmaps": 4, "secrets": 4, "count/deployments.apps": 1, "count/statefulsets.apps": 1,
           "count/jobs.batch": 4, "count/cronjobs.batch": 1}
OBJECTS_MIN = 20


def resource_quota(namespace: str, quota: Quota, grants: Collection[str], marks: Mapping[str, str]) -> Manifest:
    """Return the ResourceQuota of a namespace: requests and limits alike, and every countable thing bounded."""
    cpu, memory = format_cpu(quota.cpu_millicores), format_bytes(quota.memory_bytes)
    balancers = EXPOSED_MAX if "load-balancer" in grants else 0
    # A LoadBalancer takes node ports too, so its grant needs room among them.
    node_ports = EXPOSED_MAX if {"node-port", "load-balancer"} & set(grants) else 0
    hard = {
        "requests.cpu": cpu, "limits.cpu": cpu, "requests.memory": memory, "limits.memory": memory,
        "requests.storage": format_bytes(quota.storage_bytes),
        f"requests.{labels.GPU_RESOURCE}": str(quota.gpus),
        "pods": str(quota.pods), "services": str(quota.services), "persistentvolumeclaims": str(quota.volumes),
        "services.loadbalancers": str(balancers), "services.nodeports": str(node_ports),
        **{kind: str(max(OBJECTS_MIN, quota.pods * each)) for kind, each in PER_POD.items()},
    }
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": meta(QUOTA_NAME, namespace, marks),
            "spec": {"hard": hard}}


def limit_range(namespace: str, quota: Quota, marks: Mapping[str, str]) -> Manifest:
    """Return the LimitRange: what a container gets that asks for nothing, and the most that one piece may take."""
    limits: list[Manifest] = [{
        "type": "Container",
        "default": _cpu_and_memory(quota, DEFAULT_LIMIT),
        "defaultRequest": _cpu_and_memory(quota, DEFAULT_REQUEST),
        "max": _cpu_and_memory(quota, quota),
    }]
    if quota.storage_bytes:
        limits.append({"type": "PersistentVolumeClaim", "max": {"storage": format_bytes(quota.storage_bytes)}})
    return {"apiVersion": "v1", "kind": "LimitRange", "metadata": meta(LIMITS_NAME, namespace, marks),
            "spec": {"limits": limits}}


def _cpu_and_memory(bound: Quota, wanted: Quota) -> dict[str, str]:
    return {"cpu": format_cpu(min(bound.cpu_millicores, wanted.cpu_millicores)),
            "memory": format_bytes(min(bound.memory_bytes, wanted.memory_bytes))}
