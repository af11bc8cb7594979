"""The site's nodes as Kubernetes Node objects: what a kubelet would have registered."""

from __future__ import annotations

from typing import Any

from infra.inventory import labels
from infra.inventory.compute import Node
from infra.inventory.quantities import format_bytes
from infra.inventory.site import Site

CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
PODS_PER_NODE = 110
_KUBELET_RESERVE_CPU_MILLICORES = 500
_KUBELET_RESERVE_BYTES = 2 << 30


def node_manifests(site: Site) -> list[dict[str, Any]]:
    """Return the Node objects of the site, metadata, spec and status (capacity, addresses), in the site's order."""
    return [_manifest(site, node_id, node) for node_id, node in site.nodes.items()]


def _manifest(site: Site, node_id: str, node: Node) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": node_id, "labels": _labels(site, node_id, node)},
        "spec": {"taints": _taints(node), "unschedulable": not node.in_service,
                 "providerID": f"estran://{site.id}/{node.serial}"},
        "status": {
            "capacity": _resources(node, 0, 0),
            "allocatable": _resources(node, _KUBELET_RESERVE_CPU_MILLICORES, _KUBELET_RESERVE_BYTES),
            "addresses": [{"type": "Hostname", "address": node_id},
                          *([{"type": "InternalIP", "address": node.address}] if node.address else [])],
            "nodeInfo": _node_info(site, node),
        },
    }


def _labels(site: Site, node_id: str, node: Node) -> dict[str, str]:
    enclosure = labels.TANK if node.enclosure in site.enclosures.tanks else labels.RACK
    zone = site.zone_of(node_id)
    found = {
        "kubernetes.io/hostname": node_id,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/zone": zone,
        labels.SITE: site.id,
        labels.ZONE: zone,
        labels.ENCLOSURE: node.enclosure,
        enclosure: node.enclosure,
        labels.FEED: site.feed_of(node.outlets[0]),
    }
    if node.role == "control-plane":
        found[CONTROL_PLANE] = ""
    if node.gpus:
        found[labels.GPU_PRODUCT] = node.gpus[0].model
    return found


def _taints(node: Node) -> list[dict[str, str]]:
    taints = []
    if node.role == "control-plane":
        taints.append({"key": CONTROL_PLANE, "effect": "NoSchedule"})
    if node.gpus:
        taints.append({"key": labels.GPU_RESOURCE, "value": "present", "effect": "NoSchedule"})
    return taints


def _resources(node: Node, reserved_millicores: int, reserved_bytes: int) -> dict[str, str]:
    found = {
        "cpu": f"{node.cpu_cores * 1000 - reserved_millicores}m",
        "memory": format_bytes(node.memory - reserved_bytes),
        "ephemeral-storage": format_bytes(node.storage),
        "pods": str(PODS_PER_NODE),
    }
    if node.gpus:
        found[labels.GPU_RESOURCE] = str(node.gpu_count)
    return found


def _node_info(site: Site, node: Node) -> dict[str, str]:
    """Return the fields Kubernetes wants; `kwok` in them says openly that no kubelet stands behind the node."""
    return {
        "architecture": "amd64", "operatingSystem": "linux", "osImage": "kwok", "kernelVersion": "kwok", "bootID": "",
        "containerRuntimeVersion": "kwok://0", "kubeletVersion": f"v{site.cluster.kubernetes_version}",
        "kubeProxyVersion": "", "machineID": node.serial, "systemUUID": node.serial,
    }
