"""What the lab writes into its cluster, and that it writes it once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from infra.inventory.site import Site
from lab.api import Api
from lab.registration import DIGEST, NODE_API, register
from lab.rights import KWOK_RIGHTS


class Cluster:
    """A cluster in memory with the calls that registration makes; every write is noted."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.writes: list[str] = []
        self.break_at = ""

    def get(self, path: str, **query: str) -> dict[str, Any]:
        label, _equals, value = query["labelSelector"].partition("=")
        return {"items": [one for address, one in self.objects.items() if address.startswith(path)
                          and one["metadata"].get("labels", {}).get(label) == value]}

    def find(self, path: str) -> dict[str, Any] | None:
        return self.objects.get(path)

    def apply(self, path: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
        if path == self.break_at:
            raise KeyboardInterrupt
        self.writes.append(path)
        address = path.removesuffix("/status")
        self.objects[address] = {**self.objects.get(address, {}), **manifest}
        return self.objects[address]

    def delete(self, path: str) -> None:
        self.writes.append(f"delete {path}")
        del self.objects[path]


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


def _register(cluster: Cluster, site: Site) -> list[str]:
    return register(cast(Api, cluster), site)


def test_everything_is_written_once(cluster: Cluster, demo: Site) -> None:
    changed = _register(cluster, demo)
    assert set(changed) == set(cluster.objects)
    assert {f"{NODE_API}/{name}" for name in demo.nodes} <= set(changed)
    assert {path for path, _manifest in KWOK_RIGHTS} <= set(changed)
    cluster.writes.clear()
    assert _register(cluster, demo) == []
    assert cluster.writes == []


def test_only_what_changed_is_written_again(cluster: Cluster, demo: Site) -> None:
    _register(cluster, demo)
    bigger = demo.nodes["gpu-1"].model_copy(update={"memory": 2 << 40})
    changed = _register(cluster, demo.model_copy(update={"nodes": {**demo.nodes, "gpu-1": bigger}}))
    assert changed == [f"{NODE_API}/gpu-1"]
    assert cluster.objects[f"{NODE_API}/gpu-1"]["status"]["capacity"]["memory"] == "2Ti"


def test_node_that_left_goes_with_its_volumes(cluster: Cluster, demo: Site) -> None:
    _register(cluster, demo)
    fewer = {name: node for name, node in demo.nodes.items() if name != "worker-2"}
    changed = _register(cluster, demo.model_copy(update={"nodes": fewer}))
    assert f"{NODE_API}/worker-2" in changed
    assert all("worker-2" in path for path in changed)
    assert not any("worker-2" in path for path in cluster.objects)


def test_another_site_s_node_is_left_alone(cluster: Cluster, demo: Site) -> None:
    stranger = {"metadata": {"name": "theirs", "labels": {"estran.fr/site": "another"}}}
    cluster.objects[f"{NODE_API}/theirs"] = stranger
    _register(cluster, demo)
    assert cluster.objects[f"{NODE_API}/theirs"] is stranger


def test_interrupted_node_is_finished_by_the_next_run(cluster: Cluster, demo: Site) -> None:
    cluster.break_at = f"{NODE_API}/gpu-1/status"
    with pytest.raises(KeyboardInterrupt):
        _register(cluster, demo)
    assert DIGEST not in cluster.objects[f"{NODE_API}/gpu-1"]["metadata"].get("annotations", {})
    cluster.break_at = ""
    assert f"{NODE_API}/gpu-1" in _register(cluster, demo)
    assert cluster.objects[f"{NODE_API}/gpu-1"]["status"]["capacity"]["nvidia.com/gpu"] == "4"


def test_kwok_has_no_more_rights_than_its_work() -> None:
    (_role_path, role), (_binding_path, binding) = KWOK_RIGHTS
    resources = {resource for rule in role["rules"] for resource in rule["resources"]}
    assert resources == {"nodes", "nodes/status", "pods", "pods/status", "leases", "events"}
    assert "*" not in {verb for rule in role["rules"] for verb in rule["verbs"]}
    assert binding["subjects"] == [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "estran-kwok"}]
