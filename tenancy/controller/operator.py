"""The kopf operator: which events reach the desk. No finalizer and no annotation is ever put on a tenant's object."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import aiohttp
import kopf

from infra.inventory import labels
from tenancy.audit import Book
from tenancy.controller.api import CONNECTIONS, Api
from tenancy.controller.desk import Desk
from tenancy.controller.opening import open_ledger, settle
from tenancy.controller.settings import Settings
from tenancy.controller.site_source import SiteSource
from tenancy.controller.tenant_status import TenantStatus

log = logging.getLogger("estran.tenancy")


class Operator:
    """One controller: its connections, its desk once opened, and the handlers that wait for it."""

    def __init__(self, settings: Settings, book: Book) -> None:
        self._settings = settings
        self._book = book
        self._stop = asyncio.Event()
        self._desk: asyncio.Future[Desk] = asyncio.get_running_loop().create_future()
        self._sites = SiteSource(settings.site_file)
        self._statuses: TenantStatus | None = None

    async def run(self) -> None:
        """Run until a signal comes. Raises EstranError when the book can't serve this cluster."""
        kopf_settings = _quiet(kopf.OperatorSettings())
        login = kopf.login_with_kubeconfig(settings=kopf_settings)
        if login is None or not isinstance(login, kopf.ConnectionInfo):
            raise RuntimeError("the kubeconfig names no cluster")
        connector = aiohttp.TCPConnector(limit=CONNECTIONS, ssl=login.as_ssl_context())
        async with aiohttp.ClientSession(connector=connector, headers=login.as_http_headers()) as session:
            api = Api(session, login.server)
            opening = asyncio.create_task(self._open(api))
            # kopf gives a kind up for good after a few refusals: it starts once the platform layer is there.
            await asyncio.wait({opening, self._desk}, return_when=asyncio.FIRST_COMPLETED)
            if self._desk.done():
                serving = asyncio.create_task(self._serve(kopf_settings))
                await asyncio.wait({serving, opening}, return_when=asyncio.FIRST_COMPLETED)
                self._stop.set()
                await serving
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
            if not opening.cancelled() and (fault := opening.exception()):
                raise fault

    async def _serve(self, settings: kopf.OperatorSettings) -> None:
        health = f"http://{self._settings.health}/healthz" if self._settings.health else None
        await kopf.operator(registry=self._registry(), settings=settings, standalone=True, clusterwide=True,
                            liveness_endpoint=health, stop_flag=self._stop)

    async def _open(self, api: Api) -> None:
        """Open the desk, then keep the tenants' status until the end."""
        statuses = TenantStatus(api, self._sites)
        ledger = await open_ledger(api, self._book)
        desk = Desk(api, ledger, self._sites, statuses.changed)
        self._statuses = statuses
        self._desk.set_result(desk)
        log.info("open: %d namespaces held, book %s", len(ledger.held()), self._book.id[:12])
        await asyncio.gather(settle(api, ledger, desk), statuses.run(ledger))

    def _registry(self) -> kopf.OperatorRegistry:
        registry = kopf.OperatorRegistry()
        kopf.on.login(registry=registry)(kopf.login_with_kubeconfig)
        kopf.on.event(labels.API_GROUP, labels.API_VERSION, "namespacerequests", registry=registry)(self._on_request)
        kopf.on.event(labels.API_GROUP, labels.API_VERSION, "tenants", registry=registry)(self._on_tenant)
        kopf.on.event("", "v1", "namespaces", labels={labels.REQUEST: kopf.PRESENT}, registry=registry)(
            self._on_namespace)
        return registry

    async def _on_request(self, event: kopf.RawEvent, **_: Any) -> None:
        desk = await asyncio.shield(self._desk)
        if event["type"] == "DELETED":
            await desk.request_gone(event["object"])
        else:
            await desk.handle(event["object"])

    async def _on_namespace(self, event: kopf.RawEvent, **_: Any) -> None:
        if event["type"] == "DELETED":
            desk = await asyncio.shield(self._desk)
            await desk.namespace_gone(event["object"]["metadata"]["name"])

    async def _on_tenant(self, event: kopf.RawEvent, **_: Any) -> None:
        await asyncio.shield(self._desk)
        found = event["object"]
        if event["type"] != "DELETED" and self._statuses is not None and "left" not in found.get("status", {}):
            self._statuses.changed(found["metadata"]["name"])


def _quiet(settings: kopf.OperatorSettings) -> kopf.OperatorSettings:
    settings.posting.enabled = False
    settings.networking.error_backoffs = [0.2, 0.5, 1, 2, 4]
    return settings
