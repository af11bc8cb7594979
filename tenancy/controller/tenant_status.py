"""Keeps the status of each `Tenant` up to date: what it holds and what is left, written at most twice a second."""

from __future__ import annotations

import asyncio
import logging

import aiohttp

from infra.inventory.checks.quotas import committed
from infra.inventory.errors import EstranError
from infra.inventory.site import Site
from tenancy.controller.api import TENANCY, Api, ApiError
from tenancy.controller.site_source import SiteSource
from tenancy.ledger import Ledger
from tenancy.manifests.kinds import Manifest

PAUSE_S = 0.5

log = logging.getLogger("estran.tenancy")


def tenant_status(site: Site, ledger: Ledger, tenant_id: str) -> Manifest:
    """Return the status of a tenant: committed by the site file, granted on request, left of the convention."""
    holdings, held = ledger.holdings(tenant_id), committed(site, tenant_id)
    tenant = site.tenants[tenant_id]
    return {"committed": held.written(), "granted": holdings.granted.written(),
            "left": tenant.convention.quota.minus(held + holdings.granted).written(),
            "namespaces": len(tenant.namespaces) + holdings.count}


class TenantStatus:
    """Collects which tenants changed and writes their status in the background."""

    def __init__(self, api: Api, sites: SiteSource) -> None:
        self._api = api
        self._sites = sites
        self._dirty: set[str] = set()
        self._generations: dict[str, int] = {}
        self._woken = asyncio.Event()

    def changed(self, tenant_id: str, generation: int | None = None) -> None:
        """Remember that what a tenant holds has changed, or its convention (then with the object's new generation)."""
        if generation is not None:
            self._generations[tenant_id] = generation
        self._dirty.add(tenant_id)
        self._woken.set()

    async def run(self, ledger: Ledger) -> None:
        """Write what changed, for ever; a tenant that can't be written is tried again at its next change."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            dirty, self._dirty = self._dirty, set()
            for tenant_id in sorted(dirty):
                await self._write(ledger, tenant_id)
            await asyncio.sleep(PAUSE_S)

    async def _write(self, ledger: Ledger, tenant_id: str) -> None:
        try:
            site = self._sites.current()
            if tenant_id in site.tenants:
                # In a thread: a decision being written holds the ledger, and the loop must not wait for the disk.
                wanted = await asyncio.to_thread(tenant_status, site, ledger, tenant_id)
                if tenant_id in self._generations:
                    wanted["observedGeneration"] = self._generations[tenant_id]
                await self._api.patch_status(f"{TENANCY}/tenants/{tenant_id}", wanted)
        except (ApiError, aiohttp.ClientError, TimeoutError, EstranError, OSError) as fault:
            log.warning("the status of tenant %s can't be written: %s", tenant_id, fault)
