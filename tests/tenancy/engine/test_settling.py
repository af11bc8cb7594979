"""What no event told is found by looking: nothing is held for ever, and nothing that lives is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import kopf
import pytest

from infra.inventory.labels import API_GROUP
from lab.state import LabState
from tenancy.audit import Book
from tenancy.controller.api import Api
from tenancy.controller.desk import Desk
from tenancy.controller.opening import adopt_unknown, settle
from tenancy.controller.site_source import SiteSource
from tenancy.ledger import Ledger
from tests.tenancy.conftest import NOW, asked
from tests.tenancy.engine.conftest import Identity, answered, eventually

pytestmark = pytest.mark.engine
Work = Callable[[Api, Ledger, Desk], Awaitable[None]]


@pytest.fixture
def on_cluster(
    lab: LabState, demo_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Work, Ledger], None]:
    """Run a piece of the controller on the lab's cluster with a ledger of the test's own."""
    monkeypatch.setenv("KUBECONFIG", str(lab.layout.kubeconfig("controller")))

    async def on(work: Work, ledger: Ledger) -> None:
        login = kopf.login_with_kubeconfig(settings=kopf.OperatorSettings())
        assert login is not None
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=login.as_ssl_context())) as session:
            api = Api(session, login.server)
            await work(api, ledger, Desk(api, ledger, SiteSource(demo_file), lambda _tenant: None))

    return lambda work, ledger: asyncio.run(on(work, ledger))


def test_a_holding_without_namespace_and_request_is_released(
    on_cluster: Callable[[Work, Ledger], None], book: Book, ledger: Ledger
) -> None:
    ledger.adopt(asked("la-dune", "vanished"), NOW)
    on_cluster(settle, ledger)

    assert ledger.held() == []
    assert [entry.kind for entry in book.entries] == ["adoption", "release"]
    book.close()


def test_a_namespace_whose_request_stands_stays_held(
    on_cluster: Callable[[Work, Ledger], None], admin: Identity, book: Book, ledger: Ledger,
    leave: Callable[..., dict[str, Any]],
) -> None:
    found = answered(admin, leave("la-dune", "standing", deletionPolicy="Delete"))
    metadata = found["metadata"]
    held = asked("la-dune", "standing", uid=metadata["uid"], object_name=metadata["name"], deletion_policy="Delete")
    ledger.adopt(held, NOW)
    on_cluster(settle, ledger)

    assert [each.namespace for each in ledger.held()] == ["la-dune-standing"]
    assert admin.get("Namespace", name="la-dune-standing")["status"]["phase"] == "Active"
    book.close()


def test_a_book_that_was_lost_takes_in_what_the_cluster_holds(
    on_cluster: Callable[[Work, Ledger], None], admin: Identity, book: Book, ledger: Ledger,
    leave: Callable[..., dict[str, Any]],
) -> None:
    found = answered(admin, leave("la-dune", "known", cpu="300m", memory="256Mi", pods=2))

    async def adopt(api: Api, its: Ledger, _desk: Desk) -> None:
        await adopt_unknown(api, its)

    on_cluster(adopt, ledger)
    adopted = ledger.holding(found["metadata"]["uid"])

    assert adopted is not None and adopted.namespace == "la-dune-known"
    assert adopted.quota.written() == {"cpu": "300m", "memory": "256Mi", "storage": "0", "gpu": "0", "pods": "2",
                                       "services": "0", "volumes": "0"}
    book.close()


def test_a_namespace_of_somebody_else_is_left_alone(admin: Identity, leave: Callable[..., dict[str, Any]]) -> None:
    """An operator's own namespace has the name: the request waits, and says why."""
    assert admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "la-dune-taken"}}).status_code \
        == 201
    found = leave("la-dune", "taken")["metadata"]

    def check_said() -> None:
        status = admin.get("NamespaceRequest", found["namespace"], found["name"]).get("status", {})
        applied = {each["type"]: each for each in status.get("conditions", ())}.get("Applied", {})
        assert applied.get("status") == "False"
        assert "la-dune-taken exists and is not this request's" in applied["message"]

    try:
        eventually(check_said)
        assert not admin.get("RoleBinding", "la-dune-taken")["items"]
    finally:
        admin.delete("Namespace", "", "la-dune-taken")
    assert answered(admin, {"metadata": found})["status"]["decision"] == "Granted"
    assert API_GROUP in admin.get("NamespaceRequest", found["namespace"], found["name"])["apiVersion"]
