"""Makes a granted namespace. Applying twice changes nothing, so a crash at any point is cured by applying again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

from infra.inventory import labels
from infra.inventory.site import Site
from tenancy.audit import Entry
from tenancy.controller.api import Api, ApiError, path_of
from tenancy.manifests.kinds import Manifest
from tenancy.manifests.namespace import namespace_manifests
from tenancy.request import asked_quota


def manifests_of(site: Site, entry: Entry) -> list[Manifest]:
    """Return the objects of the namespace that a decision granted."""
    fact: Mapping[str, Any] = entry.fact
    quota = asked_quota(fact["quota"])
    grants = [*fact["grants"], *(["gpu"] if quota.gpus else [])]
    return namespace_manifests(site, fact["tenant"], fact["name"], quota, fact["purpose"], grants, fact["uid"])


async def make(api: Api, site: Site, entry: Entry) -> None:
    """Make the namespace, then its limits together, and the tenant's right last.

    Raises ApiError or aiohttp.ClientError; then some of it may be there, and the next call goes on.
    """
    namespace, *limits, right = manifests_of(site, entry)
    if await _namespace(api, namespace, entry):
        quota, *_others = await asyncio.gather(*map(api.make, limits))
        await _start_counting(api, quota)
        await api.make(right)
    else:
        await asyncio.gather(*map(api.apply, limits))
        await api.apply(right)


async def _namespace(api: Api, namespace: Manifest, entry: Entry) -> bool:
    """Make the namespace and tell whether it is new. One of that name which is somebody else's is left alone."""
    try:
        await api.create("/api/v1/namespaces", namespace)
        return True
    except ApiError as error:
        if error.status != 409:
            raise
    found = await api.get(path_of(namespace))
    if found["metadata"].get("labels", {}).get(labels.REQUEST) != entry.fact["uid"]:
        raise ApiError(409, f"the namespace {namespace['metadata']['name']} exists and is not this request's / "
                            "l'espace de noms existe et ne vient pas de cette demande")
    await api.apply(namespace)
    return False


async def _start_counting(api: Api, quota: Manifest) -> None:
    """Say that a namespace made a moment ago uses nothing, as the quota controller will find.

    Without it every object is refused ("status unknown for quota") until that controller comes by; nobody has rights in
    the namespace yet, so nothing can be missed. When the controller was faster, its word stands.
    """
    hard = quota["spec"]["hard"]
    with contextlib.suppress(ApiError):
        await api.patch_status(path_of(quota), {"hard": hard, "used": dict.fromkeys(hard, "0")},
                               quota["metadata"]["resourceVersion"])
