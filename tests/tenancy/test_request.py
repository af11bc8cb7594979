"""Requests as read from the cluster and from the command line."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from infra.inventory.site import Site
from tenancy.asking import asked_request, known_tenant, trial
from tenancy.errors import RequestError
from tenancy.request import asked_quota, request_of
from tests.tenancy.conftest import TODAY, asked

QUOTA = {"cpu": "4", "memory": "8Gi", "storage": "20Gi"}


def sent(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "minutes-x", "namespace": "tenant-les-sables", "uid": "u1"},
            "spec": {"tenant": "les-sables", "name": "minutes", "purpose": "essai",
                     "quota": {"cpu": 4, "memory": "8Gi", "pods": 3}, **spec}}


def test_a_request_is_read_from_its_object() -> None:
    request = request_of(sent(grants=["node-port", "gpu"], requestedBy="marie", deletionPolicy="Delete"))

    assert request.namespace == "les-sables-minutes"
    assert request.quota.written() == {"cpu": "4", "memory": "8Gi", "storage": "0", "gpu": "0", "pods": "3",
                                       "services": "4", "volumes": "4"}
    assert (request.grants, request.requested_by, request.deletion_policy) == (("gpu", "node-port"), "marie", "Delete")
    assert (request.door, request.object_name, request.uid) == ("tenant-les-sables", "minutes-x", "u1")


def test_an_object_written_is_read_back_the_same() -> None:
    request = asked(grants=("node-port",), requested_by="marie", deletion_policy="Delete")
    written = request.to_object(request.object_name, str(request.door))
    written["metadata"]["uid"] = request.uid

    assert request_of(written) == request


@pytest.mark.parametrize(("quota", "said"), [
    ({"cpu": "four"}, "cpu can't be read: 'four' is not a CPU quantity; write for instance 4 or 500m"),
    ({"memory": "8G"}, "memory can't be read: '8G' is not a size with a binary unit (Ki, Mi, Gi, Ti); "
                       "write for instance 8Gi"),
    ({"gpu": -1}, "gpu can't be read: Input should be greater than or equal to 0"),
    ({"ram": "8Gi"}, "ram can't be read: Extra inputs are not permitted"),
])
def test_a_figure_that_can_not_be_read_is_named(quota: dict[str, Any], said: str) -> None:
    with pytest.raises(RequestError) as refusal:
        asked_quota({**QUOTA, **quota})
    assert refusal.value.what.format(**refusal.value.figures) == said
    assert refusal.value.remedy == "write for instance cpu 4 or 500m, memory 8Gi, storage 20Gi, gpu 1"


@pytest.mark.parametrize(("tenant", "name", "purpose", "said", "remedy"), [
    ("les-sables", "Comptes rendus", "essai", "'Comptes rendus' can't be a namespace's name: lower-case letters, "
     "digits and hyphens, a letter first, 52 characters at most for this tenant", "write for instance --name "
     "comptes-rendus"),
    ("les-sables", "Procès-verbaux!", "essai", "'Procès-verbaux!' can't be", "--name proces-verbaux"),
    ("les-sables", "a" * 53, "essai", "can't be a namespace's name", "--name " + "a" * 52),
    ("les-sables", "123", "essai", "'123' can't be", "--name espace-1"),
    ("Les Sables", "a", "essai", "'Les Sables' can't be a tenant's id", "for instance 'les-sables'"),
    ("les-sables", "a", " x ", "the purpose says nothing", "say in a few words what the namespace is for"),
])
def test_a_malformed_request_is_refused_before_it_is_sent(
    tenant: str, name: str, purpose: str, said: str, remedy: str
) -> None:
    with pytest.raises(RequestError) as refusal:
        asked_request(tenant, name, QUOTA, purpose)
    assert said in refusal.value.what.format(**refusal.value.figures)
    assert remedy in refusal.value.remedy.format(**refusal.value.figures)


def test_a_trial_says_what_would_be_made(demo: Site) -> None:
    answer, manifests = trial(demo, asked_request("les-sables", "minutes", QUOTA, "essai"), TODAY)

    assert answer.verdict == "Granted"
    assert [manifest["kind"] for manifest in manifests] == [
        "Namespace", "ResourceQuota", "LimitRange", "NetworkPolicy", "NetworkPolicy", "NetworkPolicy", "RoleBinding"]


def test_a_trial_says_why_not(demo: Site) -> None:
    answer, manifests = trial(demo, asked_request("les-sables", "minutes", QUOTA, "essai"), date(2031, 1, 1))

    assert (answer.verdict, answer.rule, manifests) == ("Refused", "convention-in-force", [])


def test_an_unknown_tenant_is_refused_with_the_known_ones(demo: Site) -> None:
    assert known_tenant(demo, "agglo").name == "Agglomération d'exemple"
    with pytest.raises(RequestError, match="the site has no tenant 'x'; known: agglo, la-dune, les-sables, region"):
        known_tenant(demo, "x")
