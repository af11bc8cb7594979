"""The few calls that the controller makes to the API server, over one pool of connections."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

from infra.inventory.labels import API_GROUP, API_VERSION
from tenancy.manifests.kinds import Manifest

MANAGER = "estran-controller"
TIMEOUT_S = 30.0
CONNECTIONS = 64
TENANCY = f"/apis/{API_GROUP}/{API_VERSION}"
_PATHS = {
    "Namespace": "/api/v1/namespaces/{name}",
    "ResourceQuota": "/api/v1/namespaces/{namespace}/resourcequotas/{name}",
    "LimitRange": "/api/v1/namespaces/{namespace}/limitranges/{name}",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies/{name}",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings/{name}",
    "NamespaceRequest": TENANCY + "/namespaces/{namespace}/namespacerequests/{name}",
    "Tenant": TENANCY + "/tenants/{name}",
}


class ApiError(Exception):
    """The API server answered with an error: its HTTP status and its message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


def path_of(manifest: Manifest) -> str:
    """Return the path of an object under the API server's address."""
    metadata = manifest["metadata"]
    return _PATHS[manifest["kind"]].format(name=metadata["name"], namespace=metadata.get("namespace", ""))


class Api:
    """Calls to one API server; raises ApiError for a refusal, aiohttp.ClientError when there is no answer."""

    def __init__(self, session: aiohttp.ClientSession, server: str) -> None:
        self._session = session
        self._server = server.rstrip("/")

    async def get(self, path: str, **query: str) -> Any:
        """Return the object or list at `path`."""
        return (await self._call("GET", path, query=query))[1]

    async def find(self, path: str) -> Any:
        """Return the object at `path`, or None when it does not exist."""
        try:
            return await self.get(path)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    async def create(self, path: str, manifest: Manifest) -> Any:
        """Create an object in the collection at `path`."""
        return (await self._call("POST", path, manifest, "application/json", {"fieldManager": MANAGER}))[1]

    async def make(self, manifest: Manifest) -> Manifest:
        """Create an object, or apply it when it is already there; return the object."""
        try:
            made: Manifest = await self.create(path_of(manifest).rpartition("/")[0], manifest)
        except ApiError as error:
            if error.status != 409:
                raise
            made = await self.apply(manifest)
        return made

    async def apply(self, manifest: Manifest) -> Manifest:
        """Apply a manifest on the server's side (the same manifest twice changes nothing); return the object."""
        _status, found = await self._call(
            "PATCH", path_of(manifest), manifest, "application/apply-patch+yaml",
            {"fieldManager": MANAGER, "force": "true"})
        made: Manifest = found
        return made

    async def patch_status(self, path: str, status: Manifest, version: str = "") -> None:
        """Merge `status` into the status of the object at `path`; only into its `version`, when one is given."""
        only = {"metadata": {"resourceVersion": version}} if version else {}
        await self._call("PATCH", f"{path}/status", {**only, "status": status}, "application/merge-patch+json",
                         {"fieldManager": MANAGER})

    async def delete(self, path: str) -> None:
        """Delete the object at `path`; one that is already gone is no error."""
        try:
            await self._call("DELETE", path)
        except ApiError as error:
            if error.status != 404:
                raise

    async def _call(
        self, method: str, path: str, body: Manifest | None = None, kind: str = "", query: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        data = json.dumps(body, ensure_ascii=False).encode() if body is not None else None
        headers = {"Content-Type": kind} if kind else {}
        async with self._session.request(
            method, self._server + path, data=data, headers=headers, params=query or {},
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
        ) as answer:
            content = await answer.read()
            if answer.status >= 400:
                raise ApiError(answer.status, _message(content))
            return answer.status, json.loads(content) if content else None


def _message(content: bytes) -> str:
    try:
        return str(json.loads(content)["message"])
    except (ValueError, KeyError, TypeError):
        return content.decode("utf-8", "replace")[:500]
