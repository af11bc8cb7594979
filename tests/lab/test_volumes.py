"""Local volumes: enough for what the site asks, each on its own node."""

from __future__ import annotations

import pytest

from infra.inventory.load import load_site
from infra.inventory.quantities import parse_bytes
from infra.inventory.site import Site
from lab.volumes import CUT, volume_manifests
from tests.conftest import SITES


def test_one_class_then_the_volumes_of_each_worker(demo: Site) -> None:
    (path, storage_class), *volumes = volume_manifests(demo)
    assert path.endswith("/storageclasses/local")
    assert storage_class["provisioner"] == "kubernetes.io/no-provisioner"
    workers = [name for name, node in demo.nodes.items() if node.role == "worker"]
    assert len(volumes) == len(workers) * sum(CUT.values())


def test_each_volume_is_bound_to_its_node(demo: Site) -> None:
    for path, volume in volume_manifests(demo)[1:]:
        [term] = volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
        [node] = term["matchExpressions"][0]["values"]
        assert volume["metadata"]["name"].startswith(f"{node}-")
        assert path.endswith(volume["metadata"]["name"])


@pytest.mark.parametrize("name", ["demo", "sables"])
def test_names_are_unique_and_no_node_is_overdrawn(name: str) -> None:
    site = load_site(SITES / f"{name}.yaml")
    volumes = [volume for _path, volume in volume_manifests(site)[1:]]
    names = [volume["metadata"]["name"] for volume in volumes]
    assert len(names) == len(set(names))
    cut = sum(parse_bytes(size) * count for size, count in CUT.items())
    assert all(cut <= node.storage for node in site.nodes.values() if node.role == "worker")


@pytest.mark.parametrize("name", ["demo", "sables"])
def test_every_service_of_the_site_finds_a_volume(name: str) -> None:
    site = load_site(SITES / f"{name}.yaml")
    sizes = {parse_bytes(volume["spec"]["capacity"]["storage"]) for _path, volume in volume_manifests(site)[1:]}
    assert all(service.storage <= max(sizes) for service in site.services.values())
