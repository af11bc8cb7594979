"""The controller's life: wait for the platform, serve, and begin again when the platform is taken away."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Coroutine
from typing import Any

import aiohttp
import kopf

from tenancy.audit import Book
from tenancy.controller.api import CONNECTIONS, Api
from tenancy.controller.desk import Desk
from tenancy.controller.opening import keep_settled, open_ledger, platform_gone
from tenancy.controller.operator import Handlers, settings
from tenancy.controller.settings import Settings
from tenancy.controller.site_source import SiteSource
from tenancy.controller.tenant_status import TenantStatus
from tenancy.ledger import Ledger

PAUSE_S = 1.0

log = logging.getLogger("estran.tenancy")


class Service:
    """One controller on one cluster, with its book."""

    def __init__(self, told: Settings, book: Book) -> None:
        self._told = told
        self._book = book
        self._sites = SiteSource(told.site_file)

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT. Raises EstranError when the book can't serve this cluster."""
        login = kopf.login_with_kubeconfig(settings=settings())
        if login is None:
            raise RuntimeError("the kubeconfig names no cluster")
        connector = aiohttp.TCPConnector(limit=CONNECTIONS, ssl=login.as_ssl_context())
        async with aiohttp.ClientSession(connector=connector, headers=login.as_http_headers()) as session:
            api = Api(session, login.server)
            ended = False
            while not ended:
                ledger = await _unless_stopped(open_ledger(api, self._book))
                ended = ledger is None or await self._serve(api, ledger)

    async def _serve(self, api: Api, ledger: Ledger) -> bool:
        """Serve requests; return whether a signal ended it, rather than a platform that went away."""
        statuses = TenantStatus(api, self._sites)
        desk = Desk(api, ledger, self._sites, statuses.changed)
        log.info("open: %d namespaces held, book %s", len(ledger.held()), self._book.id[:12])
        stop = asyncio.Event()
        health = f"http://{self._told.health}/healthz" if self._told.health else None
        serving = asyncio.create_task(kopf.operator(
            registry=Handlers(desk, statuses, stop).registry(), settings=settings(), standalone=True, clusterwide=True,
            liveness_endpoint=health, stop_flag=stop))
        gone = asyncio.create_task(platform_gone(api))
        behind = [asyncio.create_task(keep_settled(api, ledger, desk)),
                  asyncio.create_task(statuses.run(ledger))]
        await asyncio.wait({serving, gone}, return_when=asyncio.FIRST_COMPLETED)
        signalled = serving.done() and not serving.cancelled() and serving.exception() is None
        stop.set()
        for task in (gone, *behind):
            task.cancel()
        outcomes = await asyncio.gather(serving, gone, *behind, return_exceptions=True)
        if not signalled:
            log.warning("the platform is gone or silent (%s); waiting for it", outcomes[0])
            await asyncio.sleep(PAUSE_S)
        return signalled


async def _unless_stopped(work: Coroutine[Any, Any, Ledger]) -> Ledger | None:
    """Return the outcome of `work`, or None when a signal asked to stop before."""
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    await asyncio.wait({task})
    return None if task.cancelled() else task.result()
