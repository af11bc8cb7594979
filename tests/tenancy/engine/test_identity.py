"""A namespace's labels of ours are the platform's to write, even for a tenant that was given rights on namespaces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.tenancy.engine.conftest import Identity, eventually

pytestmark = pytest.mark.engine
TENANT, HOME = "les-sables", "les-sables-site-web"
TOO_MUCH = {
    "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "test-namespaces"},
    "rules": [{"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "create", "update", "patch"]},
              {"apiGroups": ["tenancy.estran.fr"], "resources": ["namespacerequests"], "verbs": ["create"]}]}
GIVEN = {
    "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "test-namespaces"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "test-namespaces"},
    "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "estran:les-sables"}]}


@pytest.fixture
def overpowered(admin: Identity, agent: Callable[[str], Identity]) -> Iterator[Identity]:
    """The tenant's identity with rights on all namespaces, as after an operator's mistake."""
    tenant = agent(TENANT)
    for manifest in (TOO_MUCH, GIVEN):
        assert admin.create(manifest).status_code == 201

    def check_given() -> None:
        assert tenant.patch("Namespace", "", HOME, {"metadata": {"annotations": {"a": "b"}}}, dry_run=True).ok

    eventually(check_given)
    yield tenant
    admin.delete("ClusterRoleBinding", "", "test-namespaces")
    admin.delete("ClusterRole", "", "test-namespaces")

    def check_taken() -> None:
        assert not tenant.patch("Namespace", "", HOME, {"metadata": {"annotations": {"a": "b"}}}, dry_run=True).ok

    eventually(check_taken)


@pytest.mark.parametrize(("labels", "named"), [
    ({"estran.fr/tenant": "la-dune"}, "estran.fr/tenant"),
    ({"estran.fr/tenant": None}, "estran.fr/tenant"),
    ({"grant.estran.fr/gpu": "true"}, "grant.estran.fr/gpu"),
    ({"grant.estran.fr/node-port": "true"}, "grant.estran.fr/node-port"),
    ({"pod-security.kubernetes.io/enforce": "privileged"}, "pod-security.kubernetes.io/enforce"),
    ({"pod-security.kubernetes.io/enforce": None}, "pod-security.kubernetes.io/enforce"),
    ({"estran.fr/door": "les-sables"}, "estran.fr/door"),
])
def test_labels_that_say_whose_it_is_can_not_be_changed(
    overpowered: Identity, labels: dict[str, Any], named: str
) -> None:
    answer = overpowered.patch("Namespace", "", HOME, {"metadata": {"labels": labels}})

    assert answer.status_code == 403, answer.text
    message = answer.json()["message"]
    assert f"denied request: estran-identity: the labels {named} say whose namespace this is" in message
    assert f"les étiquettes {named} disent à qui est cet espace de noms" in message


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_all_labels_can_not_be_dropped_at_once(overpowered: Identity, admin: Identity, method: str) -> None:
    found = admin.get("Namespace", name=HOME)
    found["metadata"]["labels"] = None
    found["metadata"].pop("managedFields", None)
    answer = overpowered.call(method, overpowered.path("Namespace", "", HOME), found,
                              "application/json" if method == "PUT" else "application/merge-patch+json")

    assert answer.status_code == 403, answer.text
    found_keys, _separator, _rest = answer.json()["message"].partition(" say whose namespace this is")
    assert {"estran.fr/tenant", "estran.fr/site", "pod-security.kubernetes.io/enforce"} <= set(
        found_keys.partition("estran-identity: the labels ")[2].split(", "))


def test_a_namespace_can_not_be_made_in_a_tenants_name(overpowered: Identity) -> None:
    answer = overpowered.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {
        "name": "les-sables-more", "labels": {"estran.fr/tenant": "les-sables", "grant.estran.fr/gpu": "true"}}})

    assert answer.status_code == 403
    named = answer.json()["message"].partition("estran-identity: the labels ")[2].partition(" say whose")[0]
    assert sorted(named.split(", ")) == ["estran.fr/tenant", "grant.estran.fr/gpu"]  # CEL gives keys in any order


def test_other_labels_are_free(overpowered: Identity) -> None:
    assert overpowered.patch("Namespace", "", HOME, {"metadata": {"labels": {"team": "web"}}}, dry_run=True).ok


def test_a_request_at_anothers_door_is_refused_even_with_the_right_to_make_it(overpowered: Identity) -> None:
    from tests.tenancy.engine.conftest import request_manifest

    answer = overpowered.create(request_manifest("la-dune", "x"))

    assert answer.status_code == 403
    assert "estran-ownership: only members of the group estran:la-dune ask for this tenant" in answer.json()["message"]


def test_a_request_outside_any_door_is_refused(overpowered: Identity) -> None:
    from tests.tenancy.engine.conftest import request_manifest

    answer = overpowered.create(request_manifest(TENANT, "x", door=HOME))

    assert answer.status_code == 403
    assert "estran-ownership: a request for les-sables is not made here; write it in the namespace tenant-les-sables" \
        in answer.json()["message"]
