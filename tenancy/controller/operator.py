"""The kopf operator: which events reach the desk. No finalizer and no annotation is ever put on a tenant's object."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import kopf

from infra.inventory import labels
from tenancy.controller.desk import Desk
from tenancy.controller.tenant_status import TenantStatus

# Short: when the platform is taken away and laid again, the service starts a new round by itself.
RETRIES_S = (0.2, 0.5, 1, 2, 4)


class Handlers:
    """What is done at each event."""

    def __init__(self, desk: Desk, statuses: TenantStatus, stop: asyncio.Event) -> None:
        self._desk = desk
        self._statuses = statuses
        self._stop = stop

    def registry(self) -> kopf.OperatorRegistry:
        """Return the registry of kopf; `on.event` handlers keep no state in the objects they watch."""
        registry = kopf.OperatorRegistry()
        kopf.on.cleanup(registry=registry)(self.on_cleanup)
        kopf.on.login(registry=registry)(kopf.login_with_kubeconfig)
        kopf.on.event(labels.API_GROUP, labels.API_VERSION, "namespacerequests", registry=registry)(self.on_request)
        kopf.on.event(labels.API_GROUP, labels.API_VERSION, "tenants", registry=registry)(self.on_tenant)
        kopf.on.event("", "v1", "namespaces", labels={labels.REQUEST: kopf.PRESENT}, registry=registry)(
            self.on_namespace)
        return registry

    async def on_cleanup(self, **_: Any) -> None:
        """A signal came. kopf's own waiter for the stop flag would hold the exit up for five seconds otherwise."""
        self._stop.set()

    async def on_request(self, event: kopf.RawEvent, **_: Any) -> None:
        """A request was left, changed or taken back."""
        if event["type"] == "DELETED":
            await self._desk.request_gone(event["object"])
        else:
            await self._desk.handle(event["object"])

    async def on_namespace(self, event: kopf.RawEvent, **_: Any) -> None:
        """A namespace that was granted on request changed; only its end matters."""
        if event["type"] == "DELETED":
            await self._desk.namespace_gone(event["object"]["metadata"]["name"])

    async def on_tenant(self, event: kopf.RawEvent, **_: Any) -> None:
        """A tenant was laid by `pulumi up`, maybe with another convention: its status is written anew."""
        found: Mapping[str, Any] = event["object"]
        shown = found.get("status", {}).get("observedGeneration")
        if event["type"] != "DELETED" and shown != found["metadata"].get("generation"):
            self._statuses.changed(found["metadata"]["name"], found["metadata"].get("generation"))


def settings() -> kopf.OperatorSettings:
    """Return kopf's settings: no Event objects, short retries, no suicide after a stop."""
    chosen = kopf.OperatorSettings()
    chosen.posting.enabled = False
    chosen.networking.error_backoffs = RETRIES_S
    chosen.process.ultimate_exiting_timeout = None
    return chosen
