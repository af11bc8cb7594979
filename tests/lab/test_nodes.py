"""Nodes of the site as Kubernetes sees them: capacity, place, feed, and who may run there."""

from __future__ import annotations

from typing import Any

import pytest

from infra.inventory.site import Site
from lab.nodes import node_manifests


@pytest.fixture(scope="module")
def nodes(demo: Site) -> dict[str, dict[str, Any]]:
    return {manifest["metadata"]["name"]: manifest for manifest in node_manifests(demo)}


def test_every_node_of_the_site_and_no_other(demo: Site, nodes: dict[str, Any]) -> None:
    assert list(nodes) == list(demo.nodes)


def test_gpu_node_in_the_tank(nodes: dict[str, Any]) -> None:
    labels = nodes["gpu-1"]["metadata"]["labels"]
    assert labels["estran.fr/tank"] == labels["estran.fr/enclosure"] == "tank-1"
    assert "estran.fr/rack" not in labels
    assert labels["estran.fr/zone"] == labels["topology.kubernetes.io/zone"] == "hall-oil"
    assert labels["nvidia.com/gpu.product"] == "nvidia-h100-nvl"
    assert nodes["gpu-1"]["spec"]["taints"] == [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]


def test_worker_in_the_rack(nodes: dict[str, Any]) -> None:
    labels = nodes["worker-1"]["metadata"]["labels"]
    assert labels["estran.fr/rack"] == "rack-1"
    assert "estran.fr/tank" not in labels
    assert nodes["worker-1"]["spec"]["taints"] == []
    assert "nvidia.com/gpu" not in nodes["worker-1"]["status"]["capacity"]


def test_control_plane_is_kept_free(nodes: dict[str, Any]) -> None:
    role = "node-role.kubernetes.io/control-plane"
    assert nodes["cp-1"]["metadata"]["labels"][role] == ""
    assert nodes["cp-1"]["spec"]["taints"] == [{"key": role, "effect": "NoSchedule"}]
    assert role not in nodes["worker-1"]["metadata"]["labels"]


@pytest.mark.parametrize(("node", "feed"), [("gpu-1", "A"), ("gpu-2", "B"), ("worker-1", "A"), ("worker-2", "B")])
def test_feed_is_that_of_the_first_outlet(nodes: dict[str, Any], node: str, feed: str) -> None:
    assert nodes[node]["metadata"]["labels"]["estran.fr/feed"] == feed


def test_capacity_by_hand(nodes: dict[str, Any]) -> None:
    """gpu-1: 64 cores, 1024 GiB, 16 TiB, 4 boards; a kubelet keeps half a core and 2 GiB for the machine."""
    status = nodes["gpu-1"]["status"]
    assert status["capacity"] == {
        "cpu": "64000m", "memory": "1Ti", "ephemeral-storage": "16Ti", "pods": "110", "nvidia.com/gpu": "4"}
    assert status["allocatable"] == {
        "cpu": "63500m", "memory": "1022Gi", "ephemeral-storage": "16Ti", "pods": "110", "nvidia.com/gpu": "4"}
    assert {"type": "InternalIP", "address": "10.20.0.31"} in status["addresses"]


def test_node_out_of_service_takes_no_pods(demo: Site) -> None:
    resting = demo.nodes["worker-1"].model_copy(update={"in_service": False})
    site = demo.model_copy(update={"nodes": {**demo.nodes, "worker-1": resting}})
    unschedulable = {one["metadata"]["name"]: one["spec"]["unschedulable"] for one in node_manifests(site)}
    assert unschedulable == {name: name == "worker-1" for name in demo.nodes}
