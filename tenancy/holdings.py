"""What is already held when a request is examined."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from infra.inventory.quota import Quota


@dataclass(frozen=True)
class Holding:
    """A namespace that was granted and is still held."""

    uid: str
    tenant: str
    namespace: str
    quota: Quota
    request: str = ""  # door/name of the request
    deletion_policy: str = "Retain"


@dataclass(frozen=True)
class Holdings:
    """What one tenant holds by requests, and which namespace names are taken by anybody's."""

    granted: Quota = field(default_factory=Quota.nothing)
    count: int = 0
    names: Collection[str] = frozenset()


def holdings_of(tenant: str, held: Iterable[Holding]) -> Holdings:
    """Return what `tenant` holds among the holdings of all tenants."""
    granted, count, names = Quota.nothing(), 0, set()
    for holding in held:
        names.add(holding.namespace)
        if holding.tenant == tenant:
            granted, count = granted + holding.quota, count + 1
    return Holdings(granted, count, frozenset(names))
