"""Requests on the real cluster: granted and made, refused and explained, taken back, made again."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from infra.inventory.quantities import parse_cpu
from infra.inventory.site import Site
from lab.state import LabState
from tenancy.audit import verify
from tests.tenancy.engine.conftest import Identity, answered, eventually, request_manifest, settled

pytestmark = pytest.mark.engine
Leave = Callable[..., dict[str, Any]]
Agent = Callable[[str], Identity]
MADE = [("ResourceQuota", "estran-quota"), ("LimitRange", "estran-limits"), ("NetworkPolicy", "estran-default-deny"),
        ("NetworkPolicy", "estran-allow-dns"), ("NetworkPolicy", "estran-allow-same-namespace"),
        ("RoleBinding", "estran-tenant")]


def decisions(lab: LabState) -> dict[str, list[dict[str, Any]]]:
    """Return the decisions in the lab's book by the uid of their request."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in lab.audit_file.read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry["kind"] == "decision":
            found.setdefault(entry["fact"]["uid"], []).append(entry["fact"])
    return found


def cpu_left(admin: Identity, tenant: str) -> int:
    """Return the millicores that the tenant's status says are left."""
    return parse_cpu(admin.get("Tenant", name=tenant)["status"]["left"]["cpu"])


@pytest.fixture
def quiet(admin: Identity, demo: Site) -> None:
    """Wait until what other tests held is given back."""
    settled(admin, demo)


def test_a_granted_request_makes_the_namespace_and_says_so(
    lab: LabState, admin: Identity, agent: Agent, leave: Leave
) -> None:
    found = answered(admin, leave("la-dune", "minutes", cpu=1, memory="1Gi", storage="5Gi", pods=3))
    status, namespace = found["status"], "la-dune-minutes"

    assert status["decision"] == "Granted" and status["namespace"] == namespace
    assert {each["type"]: each["status"] for each in status["conditions"]} == {
        "Decided": "True", "Applied": "True", "Ready": "True"}
    assert status["observedGeneration"] == found["metadata"]["generation"]
    assert all(admin.exists(kind, namespace, name) for kind, name in MADE)
    assert admin.get("Namespace", name=namespace)["metadata"]["labels"]["estran.fr/request"] == found["metadata"]["uid"]
    assert admin.get("ResourceQuota", namespace, "estran-quota")["spec"]["hard"]["requests.cpu"] == "1"
    assert len(decisions(lab)[found["metadata"]["uid"]]) == 1
    assert "finalizers" not in found["metadata"] and "annotations" not in found["metadata"]


def test_a_namespace_that_is_ready_can_be_used_at_once(admin: Identity, agent: Agent, leave: Leave) -> None:
    answered(admin, leave("la-dune", "use", pods=1))
    made = agent("la-dune").create({"apiVersion": "v1", "kind": "ConfigMap",
                                    "metadata": {"name": "mine", "namespace": "la-dune-use"}, "data": {"a": "b"}})

    assert made.status_code == 201, made.text
    assert agent("les-sables").call("GET", made.json()["metadata"].get("selfLink") or
                                    "/api/v1/namespaces/la-dune-use/configmaps/mine").status_code == 403


def test_a_request_over_the_convention_is_refused_with_rule_figures_and_alternative(
    quiet: None, admin: Identity, leave: Leave
) -> None:
    left = cpu_left(admin, "la-dune")
    status = answered(admin, leave("la-dune", "big", cpu=f"{left + 500}m", memory="1Gi"))["status"]

    assert (status["decision"], status["rule"]) == ("Refused", "convention-budget")
    figures = status["reasons"][0]["figures"]
    assert parse_cpu(figures["asked"]["cpu"]) == left + 500
    assert parse_cpu(figures["available"]["cpu"]) == left
    assert figures["convention"]["cpu"] == "8"
    assert "dépasse ce qui reste de la convention CONV-2012-004" in status["reasons"][0]["fr"]
    assert parse_cpu(status["alternative"]["quota"]["cpu"]) == left
    assert not admin.exists("Namespace", name="la-dune-big")


def test_the_alternative_is_granted_when_asked(quiet: None, admin: Identity, leave: Leave) -> None:
    refused = answered(admin, leave("la-dune", "big", cpu=100, memory="1Gi", services=1))["status"]
    granted = answered(admin, leave("la-dune", refused["alternative"]["name"], **refused["alternative"]["quota"]))

    assert granted["status"]["decision"] == "Granted"


def test_a_request_can_not_be_changed_once_made(admin: Identity, agent: Agent, leave: Leave) -> None:
    found = leave("la-dune", "fixed")
    metadata = found["metadata"]
    answer = agent("la-dune").patch("NamespaceRequest", metadata["namespace"], metadata["name"],
                                    {"spec": {"quota": {"cpu": "7"}}})

    assert answer.status_code == 422
    assert "a request is decided once and can't change" in answer.json()["message"]
    assert "une demande est décidée une fois et ne change plus" in answer.json()["message"]


@pytest.mark.parametrize(("spec", "said"), [
    ({"cpu": "four"}, "spec.quota.cpu"), ({"memory": "8G"}, "spec.quota.memory"), ({"cpu": -1}, "spec.quota.cpu"),
    ({"purpose": ""}, "spec.purpose"), ({"grants": ["root"]}, "spec.grants[0]"),
    ({"deletionPolicy": "Forget"}, "spec.deletionPolicy"), ({"tenant": "La Dune"}, "spec.tenant"),
])
def test_a_malformed_request_is_refused_at_the_door(agent: Agent, spec: dict[str, Any], said: str) -> None:
    figures = {key: spec[key] for key in ("cpu", "memory") if key in spec}
    manifest = request_manifest("la-dune", "x", **figures)
    manifest["spec"].update({key: value for key, value in spec.items() if key not in figures})
    answer = agent("la-dune").create(manifest)

    assert answer.status_code in (403, 422)
    assert said in answer.json()["message"] or "estran-ownership" in answer.json()["message"]


def test_a_name_that_is_not_dns_safe_is_refused_at_the_door(agent: Agent) -> None:
    manifest = request_manifest("la-dune", "x")
    manifest["spec"]["name"] = "Comptes_Rendus"
    answer = agent("la-dune").create(manifest)

    assert answer.status_code == 422
    assert "spec.name" in answer.json()["message"]


def test_deleting_a_request_keeps_the_namespace(quiet: None, admin: Identity, agent: Agent, leave: Leave) -> None:
    found = answered(admin, leave("la-dune", "kept"))

    def check_held() -> int:
        held = cpu_left(admin, "la-dune")
        assert held < 6000  # 8 of the convention less 2 of the site file
        return held

    before = eventually(check_held)
    assert agent("la-dune").delete("NamespaceRequest", "tenant-la-dune", found["metadata"]["name"]).ok
    other = answered(admin, leave("la-dune", "after"))

    assert other["status"]["decision"] == "Granted"
    assert admin.get("Namespace", name="la-dune-kept")["status"]["phase"] == "Active"
    admin.delete("Namespace", "", "la-dune-kept")

    def check_given_back() -> None:
        assert cpu_left(admin, "la-dune") == before  # the kept one is free, the other one holds as much

    eventually(check_given_back)


def test_a_request_with_the_policy_delete_takes_its_namespace_along(
    quiet: None, admin: Identity, agent: Agent, leave: Leave
) -> None:
    before = cpu_left(admin, "la-dune")
    found = answered(admin, leave("la-dune", "brief"))
    tenant, name = agent("la-dune"), found["metadata"]["name"]
    assert tenant.patch("NamespaceRequest", "tenant-la-dune", name, {"spec": {"deletionPolicy": "Delete"}}).ok
    assert tenant.delete("NamespaceRequest", "tenant-la-dune", name).ok

    def check_given_back() -> None:
        assert not admin.exists("Namespace", name="la-dune-brief")
        assert cpu_left(admin, "la-dune") == before

    eventually(check_given_back)


def test_a_namespace_removed_by_hand_is_made_again_while_its_request_stands(admin: Identity, leave: Leave) -> None:
    found = answered(admin, leave("la-dune", "again"))
    first = admin.get("Namespace", name="la-dune-again")["metadata"]["uid"]
    admin.delete("Namespace", "", "la-dune-again")

    def check_made_again() -> None:
        assert admin.exists("RoleBinding", "la-dune-again", "estran-tenant")
        assert admin.get("Namespace", name="la-dune-again")["metadata"]["uid"] != first

    eventually(check_made_again)
    assert admin.get("Namespace", name="la-dune-again")["metadata"]["labels"]["estran.fr/request"] \
        == found["metadata"]["uid"]


def test_a_hundred_conflicting_requests_at_once_never_over_allocate(
    quiet: None, lab: LabState, admin: Identity, leave: Leave
) -> None:
    left = cpu_left(admin, "region")
    each = left // 3 - 1
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda number: leave("region", f"rush-{number}", cpu=f"{each}m"), range(100)))
    verdicts = [answered(admin, one)["status"]["decision"] for one in found]

    assert verdicts.count("Granted") == 3
    assert verdicts.count("Refused") == 97
    quotas = admin.get("ResourceQuota", labelSelector="estran.fr/tenant=region,estran.fr/request")["items"]
    made = [one for one in quotas if one["metadata"]["namespace"].startswith("region-rush-")]
    assert sum(parse_cpu(one["spec"]["hard"]["requests.cpu"]) for one in made) == 3 * each <= left
    book = decisions(lab)
    assert all(len(book[one["metadata"]["uid"]]) == 1 for one in found)


def test_a_tenant_reads_its_own_convention_with_what_is_left(admin: Identity, agent: Agent) -> None:
    cpu_left(admin, "les-sables")
    found = agent("les-sables").get("Tenant", name="les-sables")

    assert found["spec"]["convention"]["number"] == "CONV-2012-003"
    assert set(found["status"]) >= {"committed", "granted", "left", "namespaces"}


def test_the_book_of_the_lab_is_whole(lab: LabState, tmp_path: Path) -> None:
    copy = tmp_path / "audit.jsonl"
    copy.write_bytes(lab.audit_file.read_bytes())

    assert verify(copy).entries >= 1
