"""The controller is killed in the middle of its work, again and again: nothing is decided twice, nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from infra.inventory.site import Site
from lab import box
from lab.state import LabState
from tenancy.audit import verify
from tests.tenancy.engine.conftest import Identity, answered, eventually, remove, request_manifest, settled
from tests.tenancy.engine.test_requests import MADE, decisions

pytestmark = pytest.mark.engine
TENANTS = ("region", "agglo", "les-sables", "la-dune")
KILLS = 3


@pytest.fixture
def controller(lab: LabState, demo: Site, demo_file: Path) -> Iterator[Callable[[], None]]:
    """Kill the lab's controller and start it again; it runs again at the end whatever happened."""
    def kill_and_start() -> None:
        os.kill(lab.processes["controller"].pid, signal.SIGKILL)

        def check_dead() -> None:
            assert "controller" not in lab.processes

        eventually(check_dead)
        box.start_controller(demo, demo_file)

    yield kill_and_start
    box.start_controller(demo, demo_file)


def test_killed_in_the_middle_of_fifty_requests(
    demo: Site, lab: LabState, admin: Identity, agent: Callable[[str], Identity], controller: Callable[[], None]
) -> None:
    settled(admin, demo)
    left: list[dict[str, Any]] = []

    def leave(number: int) -> None:
        tenant = TENANTS[number % len(TENANTS)]
        too_much = {"cpu": 1000} if number % 7 == 0 else {}
        answer = agent(tenant).create(request_manifest(tenant, f"crash-{number}", **too_much))
        assert answer.status_code == 201, answer.text
        left.append(answer.json())

    def check_some(wanted: int) -> None:
        book = decisions(lab)
        assert len([each for each in left if each["metadata"]["uid"] in book]) >= wanted

    try:
        with ThreadPoolExecutor(4) as pool:
            leaving = [pool.submit(leave, number) for number in range(50)]
            for kill in range(KILLS):
                eventually(lambda wanted=5 + kill * 12: check_some(wanted))
                controller()
            for each in leaving:
                each.result()
        found = [answered(admin, each) for each in left]
        _check_book_status_and_namespaces_agree(lab, admin, found)
    finally:
        remove(admin, left)


def _check_book_status_and_namespaces_agree(lab: LabState, admin: Identity, found: list[dict[str, Any]]) -> None:
    book = decisions(lab)
    namespaces = {each["metadata"]["labels"]["estran.fr/request"]: each["metadata"]["name"] for each in
                  admin.get("Namespace", labelSelector="estran.fr/request")["items"]}
    for request in found:
        uid, status = request["metadata"]["uid"], request["status"]
        assert len(book[uid]) == 1
        assert book[uid][0]["verdict"] == status["decision"]
        assert (uid in namespaces) is (status["decision"] == "Granted")
        if status["decision"] == "Granted":
            assert namespaces[uid] == status["namespace"] == book[uid][0]["namespace"]
            assert all(admin.exists(kind, namespaces[uid], name) for kind, name in MADE)
    assert [each["status"]["decision"] for each in found].count("Refused") == 8  # numbers 0, 7, ..., 49
    assert verify(lab.audit_file).torn_bytes == 0


def test_what_happened_while_no_controller_ran_is_followed(
    lab: LabState, demo: Site, demo_file: Path, admin: Identity, agent: Callable[[str], Identity],
    leave: Callable[..., dict[str, Any]],
) -> None:
    taken_back = answered(admin, leave("la-dune", "gone", deletionPolicy="Delete"))["metadata"]
    removed = answered(admin, leave("la-dune", "removed"))["metadata"]
    box.stop_controller(demo.id)
    try:
        agent("la-dune").delete("NamespaceRequest", "tenant-la-dune", taken_back["name"])
        admin.delete("Namespace", "", "la-dune-removed")

        def check_removed() -> None:
            assert not admin.exists("Namespace", name="la-dune-removed")

        eventually(check_removed)
        waiting = leave("la-dune", "waiting")
    finally:
        box.start_controller(demo, demo_file)
    answered(admin, waiting)

    def check_followed() -> None:
        assert not admin.exists("Namespace", name="la-dune-gone")
        made = admin.get("Namespace", labelSelector=f"estran.fr/request={removed['uid']}")["items"]
        assert [each["metadata"]["name"] for each in made] == ["la-dune-removed"]

    eventually(check_followed)


def start(lab: LabState, demo_file: Path, audit_file: Path) -> subprocess.CompletedProcess[str]:
    """Start a second controller on the lab's cluster; one that refuses ends by itself."""
    environment = {**os.environ, "KUBECONFIG": str(lab.layout.kubeconfig("controller")),
                   "ESTRAN_SITE_FILE": str(demo_file), "ESTRAN_AUDIT_FILE": str(audit_file)}
    environment.pop("ESTRAN_CONTROLLER_HEALTH", None)
    return subprocess.run([sys.executable, "-m", "tenancy.controller"], env=environment, capture_output=True,
                          text=True, timeout=60, check=False)


def test_a_second_controller_on_the_same_book_is_refused(lab: LabState, demo_file: Path) -> None:
    refused = start(lab, demo_file, lab.audit_file)

    assert refused.returncode == 8
    assert "another controller is writing this book of decisions" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_second_controller_with_another_book_is_refused(lab: LabState, demo_file: Path, tmp_path: Path) -> None:
    refused = start(lab, demo_file, tmp_path / "other.jsonl")

    assert refused.returncode == 8
    assert "this cluster's decisions are in another book" in refused.stderr
    assert "start the controller with that book (ESTRAN_AUDIT_FILE)" in refused.stderr


def test_a_platform_taken_away_and_laid_again_is_waited_for(
    lab: LabState, admin: Identity, leave: Callable[..., dict[str, Any]]
) -> None:
    subjects = admin.get("ClusterRoleBinding", name="estran-controller")["subjects"]
    log = lab.layout.log("controller")
    already = log.read_text("utf-8", "replace").count("the platform is gone or silent")

    def check_noticed() -> None:
        assert log.read_text("utf-8", "replace").count("the platform is gone or silent") > already

    assert admin.patch("ClusterRoleBinding", "", "estran-controller", {"subjects": []}).ok
    try:
        waiting = leave("la-dune", "patient")
        eventually(check_noticed)
    finally:
        assert admin.patch("ClusterRoleBinding", "", "estran-controller", {"subjects": subjects}).ok

    assert answered(admin, waiting)["status"]["decision"] == "Granted"
