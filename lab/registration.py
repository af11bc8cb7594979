"""What the lab itself writes into its cluster: rights of KWOK, the site's nodes, their volumes.

Each object carries the digest of the manifest it was made from; one that already does is left alone, so that a second
run writes nothing and what others put on a node since (a cordon, a taint) stays.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from infra.inventory import labels
from infra.inventory.site import Site
from lab.api import Api
from lab.nodes import node_manifests
from lab.rights import KWOK_RIGHTS
from lab.volumes import VOLUME_API, volume_manifests

NODE_API = "/api/v1/nodes"
DIGEST = f"{labels.DOMAIN}/lab-digest"
Addressed = tuple[str, Mapping[str, Any]]


def register(api: Api, site: Site) -> list[str]:
    """Write what is missing or differs, remove nodes and volumes that left the site file; return the paths changed."""
    nodes = [(f"{NODE_API}/{manifest['metadata']['name']}", manifest) for manifest in node_manifests(site)]
    volumes = volume_manifests(site)
    present: dict[str, Mapping[str, Any]] = {}
    for collection in (NODE_API, VOLUME_API):
        found = api.get(collection, labelSelector=f"{labels.SITE}={site.id}")["items"]
        present |= {f"{collection}/{one['metadata']['name']}": one for one in found}
    changed = _apply(api, [*KWOK_RIGHTS, *nodes, *volumes], present)
    for path in sorted(present.keys() - {path for path, _manifest in (*nodes, *volumes)}):
        api.delete(path)
        changed.append(path)
    return changed


def _apply(api: Api, wanted: Sequence[Addressed], present: Mapping[str, Mapping[str, Any]]) -> list[str]:
    changed = []
    for path, manifest in wanted:
        digest = hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()[:16]
        there = present.get(path) if path.startswith((NODE_API, VOLUME_API)) else api.find(path)
        if there is not None and there["metadata"].get("annotations", {}).get(DIGEST) == digest:
            continue
        marked = {**manifest, "metadata": {**manifest["metadata"], "annotations": {DIGEST: digest}}}
        status = marked.pop("status", None)
        if status is not None:  # a node is whole only with its status: the digest goes on last
            api.apply(path, {**marked, "metadata": manifest["metadata"]})
            api.apply(f"{path}/status", {**marked, "metadata": manifest["metadata"], "status": status})
        api.apply(path, marked)
        changed.append(path)
    return changed
