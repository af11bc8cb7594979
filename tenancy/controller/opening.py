"""What the controller does before its first decision: know the cluster, bind it to this book, count what is there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
from tenacity import AsyncRetrying, retry_if_exception_type, wait_exponential

from infra.inventory import labels
from infra.inventory.errors import N_
from infra.inventory.names import PLATFORM_NAMESPACES, SYSTEM_NAMESPACE
from tenancy.audit import Book
from tenancy.controller.api import TENANCY, Api, ApiError
from tenancy.controller.desk import Desk, now
from tenancy.errors import ConflictError
from tenancy.ledger import Ledger
from tenancy.manifests.budget import QUOTA_NAME
from tenancy.manifests.door import door_name
from tenancy.manifests.kinds import Manifest, meta
from tenancy.request import NamespaceRequest, asked_quota

BINDING = "estran-decision-book"
LONGEST_WAIT_S = 1.0
LOOK_EVERY_S = 2.0
SETTLE_EVERY_S = 15.0
WATCHED = (f"{TENANCY}/namespacerequests", f"{TENANCY}/tenants", "/api/v1/namespaces",
           "/apis/apiextensions.k8s.io/v1/customresourcedefinitions")
_MAPS = f"/api/v1/namespaces/{SYSTEM_NAMESPACE}/configmaps"
_HARD = {"cpu": "requests.cpu", "memory": "requests.memory", "storage": "requests.storage",
         "gpu": f"requests.{labels.GPU_RESOURCE}", "pods": "pods", "services": "services",
         "volumes": "persistentvolumeclaims"}

log = logging.getLogger("estran.tenancy")


def waiting() -> AsyncRetrying:
    """Return the caller that tries again for ever while the API server refuses or is silent."""
    return AsyncRetrying(retry=retry_if_exception_type((ApiError, aiohttp.ClientError, TimeoutError)),
                         wait=wait_exponential(multiplier=0.1, max=LONGEST_WAIT_S))


async def open_ledger(api: Api, book: Book) -> Ledger:
    """Return the ledger of the cluster, once the platform layer is there with the controller's rights.

    Waits for ever. Raises ConflictError when the cluster's decisions are in another book.
    """
    cluster: Manifest = await waiting()(api.get, f"/api/v1/namespaces/{PLATFORM_NAMESPACES[0]}")
    await waiting()(look_at_platform, api)
    ledger = Ledger(book, cluster["metadata"]["uid"])
    book_id = await asyncio.to_thread(ledger.begin, now())
    await waiting()(bind, api, book_id)
    await waiting()(adopt_unknown, api, ledger)
    return ledger


async def look_at_platform(api: Api) -> None:
    """Read one object of each kind that is watched. Raises ApiError when a kind or the right to read it is missing."""
    for path in WATCHED:
        await api.get(path, limit="1")


async def platform_gone(api: Api) -> None:
    """Return when the API server says that the platform layer is no longer there; its silence is not that."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        try:
            await look_at_platform(api)
        except ApiError as error:
            if error.status in (401, 403, 404):
                return
        except (aiohttp.ClientError, TimeoutError):
            continue


async def bind(api: Api, book_id: str) -> None:
    """Write on the cluster which book holds its decisions. Raises ConflictError when it already names another."""
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta(BINDING, SYSTEM_NAMESPACE),
                "data": {"book": book_id}}
    try:
        await api.create(_MAPS, manifest)
    except ApiError as error:
        if error.status != 409:
            raise
        found = (await api.get(f"{_MAPS}/{BINDING}"))["data"]["book"]
        if found != book_id:
            raise ConflictError(
                N_("this cluster's decisions are in another book (it begins with {found}, this one with {wanted})"),
                where=f"configmap {SYSTEM_NAMESPACE}/{BINDING}", found=found[:12], wanted=book_id[:12],
                remedy=N_("start the controller with that book (ESTRAN_AUDIT_FILE); if it is lost, delete this "
                          "ConfigMap: what the cluster holds will then be taken into a new book")) from error


async def adopt_unknown(api: Api, ledger: Ledger) -> None:
    """Take into the book every granted namespace that the cluster holds and the book does not know."""
    found = await api.get("/api/v1/resourcequotas", labelSelector=labels.REQUEST)
    for quota in found["items"]:
        uid = quota["metadata"]["labels"][labels.REQUEST]
        if quota["metadata"]["name"] == QUOTA_NAME and ledger.decided(uid) is None:
            log.warning("taking in %s, which the book does not know", quota["metadata"]["namespace"])
            await asyncio.to_thread(ledger.adopt, _found_request(quota), now())


async def keep_settled(api: Api, ledger: Ledger, desk: Desk) -> None:
    """Settle now and then, for ever: a watch that reconnects has not seen what ended meanwhile."""
    while True:
        await waiting()(settle, api, ledger, desk)
        await asyncio.sleep(SETTLE_EVERY_S)


async def settle(api: Api, ledger: Ledger, desk: Desk) -> None:
    """Follow what happened unseen: requests taken back, namespaces removed.

    The holdings are read before the lists: what was granted in between must not look like something that is gone.
    """
    held = ledger.held()
    requests = {each["metadata"]["uid"] for each in (await api.get(f"{TENANCY}/namespacerequests"))["items"]}
    namespaces = {each["metadata"]["name"] for each in
                  (await api.get("/api/v1/namespaces", labelSelector=labels.REQUEST))["items"]}
    for holding in held:
        if holding.namespace not in namespaces:
            await desk.namespace_gone(holding.namespace)
        elif holding.uid not in requests and holding.deletion_policy == "Delete":
            await desk.request_gone({"metadata": {"uid": holding.uid},
                                     "spec": {"deletionPolicy": holding.deletion_policy}})


def _found_request(quota: Mapping[str, Any]) -> NamespaceRequest:
    marks, hard = quota["metadata"]["labels"], quota["spec"]["hard"]
    return NamespaceRequest(
        tenant=marks[labels.TENANT], name=marks[labels.NAMESPACE], purpose="-", uid=marks[labels.REQUEST],
        quota=asked_quota({key: hard[name] for key, name in _HARD.items() if name in hard}),
        door=door_name(marks[labels.TENANT]), object_name="-")
