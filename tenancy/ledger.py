"""Who holds what, in memory, rebuilt from the book; decisions are taken one at a time and written before they count."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from infra.inventory.quota import Quota
from infra.inventory.site import Site
from tenancy.audit import Book, Entry
from tenancy.decisions import decide
from tenancy.holdings import Holding, Holdings
from tenancy.request import NamespaceRequest, asked_quota

DECISION, ADOPTION, RELEASE, POLICY, BEGINNING = "decision", "adoption", "release", "deletion-policy", "beginning"


class Ledger:
    """Decisions and holdings of one cluster. Every method may be called from any thread.

    All holdings of a cluster are under one lock: a decision takes a millisecond, most of it waiting for the disk, and
    names are shared by all tenants.
    """

    def __init__(self, book: Book, cluster: str) -> None:
        """Rebuild the state of `cluster` (UID of its `kube-system`) from `book`; other clusters' lines are skipped."""
        self.book = book
        self.cluster = cluster
        self._lock = threading.Lock()
        self._decisions: dict[str, Entry] = {}
        self._held: dict[str, Holding] = {}
        self._by_name: dict[str, str] = {}
        self._totals: dict[str, tuple[Quota, int]] = {}
        for entry in book.entries:
            self._take_in(entry)

    def begin(self, now: datetime) -> str:
        """Return the book's id, writing its first line when the book is new."""
        with self._lock:
            if not self.book.entries:
                self._write(BEGINNING, {"book": secrets.token_hex(16)}, now)
            return self.book.id

    def decided(self, uid: str) -> Entry | None:
        """Return the decision on the request `uid`; None when there is none."""
        return self._decisions.get(uid)

    def held(self) -> list[Holding]:
        """Return all holdings, oldest first."""
        with self._lock:
            return list(self._held.values())

    def holding(self, uid: str) -> Holding | None:
        """Return the holding that the request `uid` gave; None when it gave none or it was released."""
        return self._held.get(uid)

    def holding_named(self, namespace: str) -> Holding | None:
        """Return the holding of a namespace; None when the namespace was not granted on request."""
        return self._held.get(self._by_name.get(namespace, ""))

    def holdings(self, tenant: str) -> Holdings:
        """Return what a tenant holds by requests."""
        with self._lock:
            return self._holdings(tenant)

    def decide(self, site: Site, request: NamespaceRequest, now: datetime) -> Entry:
        """Return the one decision on a request: the one already written, else a new one. Raises StorageError."""
        with self._lock:
            known = self._decisions.get(request.uid)
            if known is not None:
                return known
            today = now.astimezone(site.zone_info).date()
            decision = decide(site, request, self._holdings(request.tenant), today)
            return self._write(DECISION, {
                **_described(request), "verdict": decision.verdict, "rule": decision.rule,
                "reasons": [reason.described() for reason in decision.reasons],
                "examined": {reason.rule: reason.figures for reason in decision.examined},
                "alternative": _offered(decision.alternative),
            }, now)

    def adopt(self, request: NamespaceRequest, now: datetime) -> None:
        """Take in a namespace that the cluster holds and the book doesn't know; its budget counts from now on."""
        with self._lock:
            if request.uid not in self._held:
                self._write(ADOPTION, {**_described(request), "verdict": "Granted"}, now)

    def note_deletion_policy(self, uid: str, policy: str, now: datetime) -> None:
        """Write down that the deletion policy of a holding changed: it must be known even once the request is gone."""
        with self._lock:
            holding = self._held.get(uid)
            if holding is not None and holding.deletion_policy != policy:
                self._write(POLICY, {"uid": uid, "deletionPolicy": policy}, now)

    def release(self, uid: str, now: datetime) -> Holding | None:
        """Give a holding's budget back; return it, or None when nothing was held."""
        with self._lock:
            holding = self._held.get(uid)
            if holding is not None:
                self._write(RELEASE, {"uid": uid, "tenant": holding.tenant, "namespace": holding.namespace}, now)
            return holding

    def _holdings(self, tenant: str) -> Holdings:
        granted, count = self._totals.get(tenant, (Quota.nothing(), 0))
        return Holdings(granted, count, self._by_name.keys())

    def _write(self, kind: str, fact: Mapping[str, Any], now: datetime) -> Entry:
        entry = self.book.append(kind, {**fact, "cluster": self.cluster}, now)
        self._take_in(entry)
        return entry

    def _take_in(self, entry: Entry) -> None:
        fact = entry.fact
        if fact.get("cluster") != self.cluster:
            return
        if entry.kind in (DECISION, ADOPTION):
            self._decisions.setdefault(fact["uid"], entry)
            if fact["verdict"] == "Granted":
                self._hold(_holding(fact))
        elif entry.kind == RELEASE:
            self._let_go(fact["uid"])
        elif entry.kind == POLICY and fact["uid"] in self._held:
            held = self._held[fact["uid"]]
            self._held[fact["uid"]] = Holding(held.uid, held.tenant, held.namespace, held.quota, held.request,
                                              fact["deletionPolicy"])

    def _hold(self, holding: Holding) -> None:
        self._held[holding.uid] = holding
        self._by_name[holding.namespace] = holding.uid
        granted, count = self._totals.get(holding.tenant, (Quota.nothing(), 0))
        self._totals[holding.tenant] = (granted + holding.quota, count + 1)

    def _let_go(self, uid: str) -> None:
        gone = self._held.pop(uid, None)
        if gone is None:
            return
        self._by_name.pop(gone.namespace, None)
        granted, count = self._totals[gone.tenant]
        self._totals[gone.tenant] = (granted.minus(gone.quota), count - 1)


def decisions_of(entries: Iterable[Entry]) -> list[Entry]:
    """Return the decisions among a book's entries."""
    return [entry for entry in entries if entry.kind == DECISION]


def _described(request: NamespaceRequest) -> dict[str, Any]:
    return {"uid": request.uid, "request": f"{request.door}/{request.object_name}", "tenant": request.tenant,
            "name": request.name, "namespace": request.namespace, "quota": request.quota.written(),
            "grants": list(request.grants), "purpose": request.purpose, "requestedBy": request.requested_by,
            "deletionPolicy": request.deletion_policy}


def _offered(alternative: NamespaceRequest | None) -> dict[str, Any] | None:
    if alternative is None:
        return None
    return {"name": alternative.name, "quota": alternative.quota.written(), "grants": list(alternative.grants)}


def _holding(fact: Mapping[str, Any]) -> Holding:
    return Holding(fact["uid"], fact["tenant"], fact["namespace"], asked_quota(fact["quota"]), fact["request"],
                   fact["deletionPolicy"])
