"""Local volumes of the lab's nodes: what a bare-metal site cuts out of its disks, ready to be claimed."""

from __future__ import annotations

from typing import Any

from infra.inventory import labels
from infra.inventory.quantities import format_bytes, parse_bytes
from infra.inventory.site import Site

# How each worker's disk is cut: size -> how many.
CUT = {"20Gi": 8, "100Gi": 4, "500Gi": 1}
STORAGE_API = "/apis/storage.k8s.io/v1/storageclasses"
VOLUME_API = "/api/v1/persistentvolumes"


def volume_manifests(site: Site) -> list[tuple[str, dict[str, Any]]]:
    """Return (API path, manifest) of the site's storage class and of the volumes of each worker."""
    storage_class = {
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
        "metadata": {"name": site.cluster.storage_class, "labels": labels.managed("lab")},
        "provisioner": "kubernetes.io/no-provisioner", "volumeBindingMode": "WaitForFirstConsumer",
    }
    found = [(f"{STORAGE_API}/{site.cluster.storage_class}", storage_class)]
    for node_id, node in site.nodes.items():
        if node.role == "worker":
            for size, count in _cut(site).items():
                for number in range(count):
                    volume = _volume(site, node_id, size, number)
                    found.append((f"{VOLUME_API}/{volume['metadata']['name']}", volume))
    return found


def _cut(site: Site) -> dict[str, int]:
    """Return how a worker's disk is cut on this site: as usual, and one volume for each service that wants a larger."""
    largest = max(map(parse_bytes, CUT))
    return CUT | {format_bytes(service.storage): 1 for service in site.services.values() if service.storage > largest}


def _volume(site: Site, node_id: str, size: str, number: int) -> dict[str, Any]:
    name = f"{node_id}-{size.lower()}-{number}"
    here = {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [node_id]}]}
    return {
        "apiVersion": "v1", "kind": "PersistentVolume",
        "metadata": {"name": name, "labels": labels.managed("lab", **{labels.SITE: site.id})},
        "spec": {
            "capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"], "volumeMode": "Filesystem",
            "persistentVolumeReclaimPolicy": "Retain", "storageClassName": site.cluster.storage_class,
            "local": {"path": f"/var/lib/estran/volumes/{name}"},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [here]}},
        },
    }
