"""The command line on the real cluster, as a tenant's own identity."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lab.state import LabState
from tests.conftest import Run
from tests.tenancy.engine.conftest import Identity, remove

pytestmark = pytest.mark.engine
SMALL = ("--cpu", "100m", "--memory", "128Mi", "--pods", "1", "--services", "0", "--volumes", "0", "--why", "essai")


@pytest.fixture
def cleanup(admin: Identity) -> Iterator[None]:
    before = {each["metadata"]["uid"] for each in admin.get("NamespaceRequest")["items"]}
    yield
    remove(admin, [each for each in admin.get("NamespaceRequest")["items"] if each["metadata"]["uid"] not in before])


@pytest.fixture
def as_dune(lab: LabState, estran: Run, cleanup: None) -> Callable[..., Any]:
    def run(*arguments: str, **more: Any) -> Any:
        environment = {"KUBECONFIG": str(lab.tenant_kubeconfig("la-dune"))}
        return estran(*arguments, "--tenant", "la-dune", env=environment, **more)

    return run


def test_a_request_is_granted_listed_and_shown(as_dune: Callable[..., Any]) -> None:
    asked = as_dune("namespace", "request", "--name", "shell", *SMALL)
    listed = json.loads(as_dune("namespace", "list", "--output", "json").stdout)
    shown = json.loads(as_dune("namespace", "show", "shell", "--output", "json").stdout)

    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.startswith("la-dune-shell: granted\n")
    assert "Ready: kubectl --namespace la-dune-shell get all" in asked.stdout
    row = next(each for each in listed if each["namespace"] == "la-dune-shell")
    assert (row["decision"], row["ready"], row["cpu"]) == ("Granted", True, "100m")
    assert any(each["decision"] == "SiteFile" and each["namespace"] == "la-dune-etat-civil" for each in listed)
    assert {each["resource"]: each["quota"] for each in shown["usage"]}["cpu"] == "100m"


def test_the_requester_is_known_by_name(as_dune: Callable[..., Any], admin: Identity) -> None:
    name = json.loads(as_dune("namespace", "request", "--name", "named", *SMALL, "--output", "json").stdout)["request"]

    assert admin.get("NamespaceRequest", "tenant-la-dune", name)["spec"]["requestedBy"] == "la-dune-agent"


def test_a_request_over_the_convention_exits_4_with_rule_figures_and_alternative(as_dune: Callable[..., Any]) -> None:
    done = as_dune("namespace", "request", "--name", "big", "--cpu", "100", "--memory", "1Gi", "--why", "essai")
    text = " ".join(done.stdout.split())

    assert done.returncode == 4
    assert "la-dune-big: refused convention-budget: The request goes over what is left" in text
    assert "cpu: asked 100, left" in text and "of 8" in text
    assert "You could ask for: big, cpu" in text
    assert "the request is refused by the rule convention-budget" in done.stderr
    assert "this would be granted as things stand: estran namespace request --tenant la-dune --name big" in done.stderr


def test_the_answer_comes_in_french(as_dune: Callable[..., Any]) -> None:
    done = as_dune("--lang", "fr", "namespace", "request", "--name", "grand", "--cpu", "100", "--memory", "1Gi",
                   "--why", "essai")

    assert done.returncode == 4
    assert "La demande dépasse ce qui reste de la convention CONV-2012-004" in " ".join(done.stdout.split())
    assert "la demande est refusée par la règle convention-budget" in done.stderr


def test_without_waiting_the_request_is_left(as_dune: Callable[..., Any]) -> None:
    done = as_dune("namespace", "request", "--name", "later", *SMALL, "--no-wait")

    assert done.returncode == 0
    assert "waiting for an answer" in done.stdout
    assert "follow it with: estran namespace show later-" in " ".join(done.stderr.split())


def test_a_request_for_a_tenant_one_does_not_belong_to_is_refused(lab: LabState, estran: Run) -> None:
    done = estran("namespace", "request", "--tenant", "les-sables", "--name", "x", *SMALL,
                  env={"KUBECONFIG": str(lab.tenant_kubeconfig("la-dune"))})

    assert done.returncode == 4
    assert "you are not allowed to act for the tenant les-sables" in done.stderr
    assert "act for your own tenant" in done.stderr


def test_the_lab_says_who_acts_when_nobody_else_does(lab: LabState, estran: Run, cleanup: None) -> None:
    done = estran("namespace", "request", "--tenant", "la-dune", "--name", "default", *SMALL, env={"KUBECONFIG": ""})

    assert done.returncode == 0, done.stderr


def test_a_tenant_can_not_list_everybodys_requests(lab: LabState, estran: Run) -> None:
    done = estran("namespace", "list", env={"KUBECONFIG": str(lab.tenant_kubeconfig("la-dune"))})

    assert done.returncode == 4
    assert "you are not allowed to do this" in done.stderr
    assert "name your own tenant by --tenant" in done.stderr


def test_an_operator_lists_everybodys(lab: LabState, estran: Run) -> None:
    done = estran("namespace", "list", "--output", "json", env={"KUBECONFIG": str(lab.kubeconfig)})

    assert {row["tenant"] for row in json.loads(done.stdout)} == {"region", "agglo", "les-sables", "la-dune"}


def test_what_was_granted_is_in_the_tenants_account(as_dune: Callable[..., Any]) -> None:
    rows = json.loads(as_dune("tenant", "show", "--output", "json").stdout)["usage"]

    assert all(row["granted"] is not None for row in rows)


def test_an_unknown_name_is_refused_with_the_known_ones(as_dune: Callable[..., Any]) -> None:
    done = as_dune("namespace", "show", "nothing")

    assert done.returncode == 3
    assert "no request and no namespace of la-dune is called 'nothing'; known: " in done.stderr
    assert "etat-civil" in done.stderr


def test_a_namespace_of_the_site_file_is_shown(as_dune: Callable[..., Any]) -> None:
    shown = json.loads(as_dune("namespace", "show", "etat-civil", "--output", "json").stdout)

    assert (shown["decision"], shown["namespace"]) == ("SiteFile", "la-dune-etat-civil")
    assert {each["resource"]: each["quota"] for each in shown["usage"]}["cpu"] == "2"


def test_the_same_request_twice_is_one_request(as_dune: Callable[..., Any]) -> None:
    first, again = (json.loads(as_dune("namespace", "request", "--name", "twice", *SMALL, "-o", "json").stdout)
                    for _time in range(2))

    assert again == first
    assert first["decision"] == "Granted"


def test_another_request_for_the_same_name_is_another_request(as_dune: Callable[..., Any]) -> None:
    as_dune("namespace", "request", "--name", "twice", *SMALL)
    other = as_dune("namespace", "request", "--name", "twice", *SMALL[:-1], "autre chose")

    assert other.returncode == 4
    assert "name-free" in other.stdout


def test_once_its_namespace_is_gone_the_same_request_is_made_anew(as_dune: Callable[..., Any], admin: Identity) -> None:
    ask = ("namespace", "request", "--name", "again", *SMALL, "-o", "json")
    first = json.loads(as_dune(*ask).stdout)
    remove(admin, [each for each in admin.get("NamespaceRequest")["items"]
                   if each["metadata"]["name"] == first["request"]])
    second = json.loads(as_dune(*ask).stdout)

    assert second["request"] != first["request"]
