"""The desk: each request is decided once, made, answered. Order: book, then cluster, then answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_never, wait_exponential_jitter

from infra.inventory.errors import EstranError
from tenancy.audit import Entry
from tenancy.controller import status
from tenancy.controller.api import TENANCY, Api, ApiError
from tenancy.controller.maker import make
from tenancy.controller.site_source import SiteSource
from tenancy.ledger import Ledger
from tenancy.request import NamespaceRequest, request_of

MAKING_AT_ONCE = 24
FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 30.0
PASSING_FAULTS = (ApiError, aiohttp.ClientError, TimeoutError, EstranError, OSError)

log = logging.getLogger("estran.tenancy")


class RequestGone(Exception):  # noqa: N818  # not an error: the requester took the request back
    """The request was deleted while it was being handled."""


def now() -> datetime:
    """Return the moment, in UTC."""
    return datetime.now(UTC)


class Desk:
    """Handles the requests of one cluster."""

    def __init__(self, api: Api, ledger: Ledger, sites: SiteSource, changed: Callable[[str], object]) -> None:
        """`changed` is called with a tenant's id whenever what it holds has changed."""
        self._api = api
        self._ledger = ledger
        self._sites = sites
        self._changed = changed
        self._making = asyncio.Semaphore(MAKING_AT_ONCE)

    async def handle(self, found: Mapping[str, Any], again: bool = False) -> None:
        """Decide on a request and do what follows, trying until it is done or the request is gone.

        `again` makes the namespace even when the status says that it is ready.
        """
        attempts = AsyncRetrying(
            retry=retry_if_exception_type(PASSING_FAULTS), stop=stop_never,
            wait=wait_exponential_jitter(FIRST_WAIT_S, LONGEST_WAIT_S), before_sleep=_say)
        try:
            async for attempt in attempts:
                with attempt:
                    current = found if attempt.retry_state.attempt_number == 1 else await self._reread(found)
                    await self._handle_once(current, again)
        except RequestGone:
            await self.request_gone(found)

    async def request_gone(self, found: Mapping[str, Any]) -> None:
        """Follow the deletion of a request: by its policy the namespace stays, or goes and gives its budget back."""
        uid, policy = found["metadata"]["uid"], found.get("spec", {}).get("deletionPolicy", "Retain")
        holding = self._ledger.holding(uid)
        if holding is None:
            return
        await asyncio.to_thread(self._ledger.note_deletion_policy, uid, policy, now())
        path = f"/api/v1/namespaces/{holding.namespace}"
        if await self._api.find(path) is None:
            await self._release(uid)
        elif policy == "Delete":
            await self._api.delete(path)

    async def namespace_gone(self, namespace: str) -> None:
        """Follow the removal of a namespace: made again while its request stands, else its budget is free."""
        holding = self._ledger.holding_named(namespace)
        if holding is None:
            return
        door, _slash, name = holding.request.partition("/")
        found = await self._api.find(f"{TENANCY}/namespaces/{door}/namespacerequests/{name}")
        if found is not None and found["metadata"]["uid"] == holding.uid:
            await self.handle(found, again=True)
        else:
            await self._release(holding.uid)

    async def _handle_once(self, found: Mapping[str, Any], again: bool) -> None:
        request = request_of(found)
        entry = await self._decision(found, request)
        if entry is None or self._ledger.decided(request.uid) is None:
            return
        holding = self._ledger.holding(request.uid)
        if holding is not None and holding.deletion_policy != request.deletion_policy:
            await asyncio.to_thread(self._ledger.note_deletion_policy, request.uid, request.deletion_policy, now())
        if status.is_answered(found) and not again:
            return
        if holding is not None:
            await self._make(found, entry)
        await self._answer(found, status.answered(entry, found, now()))

    async def _decision(self, found: Mapping[str, Any], request: NamespaceRequest) -> Entry | None:
        """The decision in the book; else the one that the cluster already shows; else a new one."""
        entry = self._ledger.decided(request.uid)
        if entry is not None:
            return entry
        shown = found.get("status", {}).get("decision")
        if shown == "Granted":
            await asyncio.to_thread(self._ledger.adopt, request, now())
            return self._ledger.decided(request.uid)
        if shown == "Refused":
            return None
        try:
            site = self._sites.current()
        except (EstranError, OSError) as fault:
            await self._answer(found, status.undecided(found, str(fault), now()))
            raise
        entry = await asyncio.to_thread(self._ledger.decide, site, request, now())
        self._changed(request.tenant)
        return entry

    async def _make(self, found: Mapping[str, Any], entry: Entry) -> None:
        try:
            async with self._making:
                await make(self._api, self._sites.current(), entry)
        except ApiError as fault:
            await self._answer(found, status.delayed(entry, found, str(fault), now()))
            raise

    async def _answer(self, found: Mapping[str, Any], wanted: dict[str, Any]) -> None:
        try:
            await self._api.patch_status(_path(found), wanted)
        except ApiError as error:
            if error.status == 404:
                raise RequestGone from error
            raise

    async def _reread(self, found: Mapping[str, Any]) -> Mapping[str, Any]:
        current: Mapping[str, Any] | None = await self._api.find(_path(found))
        if current is None or current["metadata"]["uid"] != found["metadata"]["uid"]:
            raise RequestGone
        return current

    async def _release(self, uid: str) -> None:
        holding = await asyncio.to_thread(self._ledger.release, uid, now())
        if holding is not None:
            self._changed(holding.tenant)


def _path(found: Mapping[str, Any]) -> str:
    metadata = found["metadata"]
    return f"{TENANCY}/namespaces/{metadata['namespace']}/namespacerequests/{metadata['name']}"


def _say(state: RetryCallState) -> None:
    fault = state.outcome.exception() if state.outcome else None
    log.warning("attempt %d failed, trying again: %s", state.attempt_number, fault)
