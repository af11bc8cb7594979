"""A well-formed request of the demo site's commune, to be changed by each test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tenancy.audit import Book
from tenancy.ledger import Ledger
from tenancy.request import NamespaceRequest, asked_quota

TODAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
Ask = Callable[..., NamespaceRequest]


@pytest.fixture
def ask() -> Ask:
    return asked


def asked(tenant: str = "les-sables", name: str = "minutes", **changes: Any) -> NamespaceRequest:
    """Return a request that the demo site grants; figures of the quota are given by their short names."""
    figures = {"cpu": "4", "memory": "8Gi", "storage": "20Gi"}
    quota = {key: changes.pop(key) for key in ("cpu", "memory", "storage", "gpu", "pods", "services", "volumes")
             if key in changes}
    return NamespaceRequest(tenant, name, asked_quota({**figures, **quota}), "comptes rendus",
                            **{"door": f"tenant-{tenant}", "object_name": f"{name}-1", "uid": f"uid-{name}", **changes})


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "audit.jsonl")


@pytest.fixture
def ledger(book: Book) -> Ledger:
    return Ledger(book, "cluster-1")
