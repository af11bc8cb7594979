"""`estran namespace` and `estran tenant` without a cluster: trials, refusals before any call, a server that is down."""

from __future__ import annotations

import csv
import io
import json
import socket
from pathlib import Path

import pytest

from tests.conftest import Run

ASK = ("namespace", "request", "--tenant", "les-sables", "--name", "minutes", "--cpu", "4", "--memory", "8Gi",
       "--storage", "20Gi", "--why", "comptes rendus")


@pytest.fixture
def nobody(tmp_path: Path) -> dict[str, str]:
    """An environment without a lab and without a kubeconfig."""
    return {"ESTRAN_CACHE": str(tmp_path / "cache"), "KUBECONFIG": ""}


@pytest.fixture
def silent(tmp_path: Path) -> str:
    """A kubeconfig that leads to a port where nobody answers."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "x",
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}]}), "utf-8")
    return str(path)


def test_a_trial_prints_what_would_be_made(estran: Run, nobody: dict[str, str]) -> None:
    done = estran(*ASK, "--dry-run", env=nobody)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("les-sables-minutes: granted\n  convention-budget: The request stays within")
    assert "Would be made:\n    Namespace les-sables-minutes\n    ResourceQuota estran-quota" in done.stdout
    assert "Trial: nothing is sent." in done.stderr


def test_a_trial_in_json_holds_the_manifests(estran: Run, nobody: dict[str, str]) -> None:
    found = json.loads(estran(*ASK, "--dry-run", "--output", "json", env=nobody).stdout)

    assert (found["decision"], found["rule"], found["namespace"]) == (
        "Granted", "convention-budget", "les-sables-minutes")
    assert [manifest["kind"] for manifest in found["manifests"]][-1] == "RoleBinding"
    assert found["reasons"][0]["figures"]["available"]["cpu"] == "12"


def test_a_refused_trial_speaks_french_and_offers_a_command(estran: Run, nobody: dict[str, str]) -> None:
    done = estran("--lang", "fr", *ASK[:7], "40", *ASK[8:], "--dry-run", env=nobody)

    assert done.returncode == 4
    assert done.stdout.startswith("les-sables-minutes: refusé\n  convention-budget: La demande dépasse ce qui reste")
    assert "processeur : demandé 40, reste 12 sur 16" in " ".join(done.stdout.split())
    assert 'estran namespace request --tenant les-sables --name minutes --cpu 12 --memory 8Gi --storage 20Gi ' \
        '--why "comptes rendus"' in done.stderr


def test_a_refused_trial_in_csv(estran: Run, nobody: dict[str, str]) -> None:
    done = estran(*ASK, "--gpu", "1", "--dry-run", "--output", "csv", env=nobody)
    row = next(csv.DictReader(io.StringIO(done.stdout)))

    assert done.returncode == 4
    assert (row["decision"], row["rule"]) == ("Refused", "gpu-grant")
    assert row["reason"].startswith("You ask for 1 GPU and the convention CONV-2012-003 grants none.")


@pytest.mark.parametrize(("changed", "code", "said"), [
    (("--name", "Comptes rendus"), 3, "write for instance --name comptes-rendus"),
    (("--memory", "8G"), 3, "memory can't be read: '8G' is not a size with a binary unit"),
    (("--cpu", "beaucoup"), 3, "cpu can't be read: 'beaucoup' is not a CPU quantity"),
    (("--why", " "), 3, "the purpose says nothing"),
    (("--tenant", "Les Sables"), 3, "'Les Sables' can't be a tenant's id"),
    (("--gpu", "-1"), 2, "-1 is not in the range x>=0"),
    (("--grant", "root"), 2, "'root' is not one of"),
])
def test_a_malformed_request_never_leaves(
    estran: Run, silent: str, changed: tuple[str, str], code: int, said: str
) -> None:
    done = estran(*ASK, *changed, "--kubeconfig", silent)

    assert done.returncode == code
    assert said in " ".join(done.stderr.split())


def test_nobody_can_not_ask(estran: Run, nobody: dict[str, str]) -> None:
    done = estran(*ASK, env=nobody)

    assert done.returncode == 3
    assert "no kubeconfig says who you are" in done.stderr
    assert "give one by --kubeconfig or the variable KUBECONFIG" in done.stderr


@pytest.mark.parametrize("command", [
    ASK, ("namespace", "list", "--tenant", "les-sables"), ("namespace", "show", "minutes", "--tenant", "les-sables"),
    ("tenant", "show", "--tenant", "les-sables")])
def test_a_server_that_is_down_is_named_with_advice(estran: Run, silent: str, command: tuple[str, ...]) -> None:
    done = estran(*command, "--kubeconfig", silent)

    assert done.returncode == 5
    assert "the API server does not answer: Connection refused" in done.stderr.replace("[Errno 111] ", "")
    assert "where: http://127.0.0.1:" in done.stderr
    assert "then run the same command again" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("content", ["", "clusters: []", "not: [yaml", "[]", "current-context: x\ncontexts: [{}]"])
def test_a_kubeconfig_that_can_not_be_read_is_named(estran: Run, tmp_path: Path, content: str) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text(content)
    done = estran(*ASK, "--kubeconfig", str(path))

    assert done.returncode == 3, done.stderr
    assert "the kubeconfig can't be used" in done.stderr
    assert str(path) in done.stderr


def test_tenants_are_listed(estran: Run, nobody: dict[str, str]) -> None:
    table = estran("tenant", "list", env=nobody).stdout
    rows = json.loads(estran("tenant", "list", "--output", "json", env=nobody).stdout)

    assert "CONV-2012-003" in table
    assert [row["tenant"] for row in rows] == ["region", "agglo", "les-sables", "la-dune"]
    assert rows[2]["parent"] == "agglo" and rows[2]["cpu"] == "16"


def test_a_tenant_is_shown_from_the_site_file_alone(estran: Run, nobody: dict[str, str]) -> None:
    done = estran("tenant", "show", "--tenant", "les-sables", "--output", "json", env=nobody)
    usage = {row["resource"]: row for row in json.loads(done.stdout)["usage"]}

    assert usage["cpu"] == {"resource": "cpu", "convention": "16", "committed": "4", "granted": None, "left": "12"}
    assert "No cluster says what was granted on request" in " ".join(done.stderr.split())


def test_an_unknown_tenant_is_refused_with_the_known_ones(estran: Run, nobody: dict[str, str]) -> None:
    done = estran("tenant", "show", "--tenant", "atlantis", env=nobody)

    assert done.returncode == 3
    assert "the site has no tenant 'atlantis'; known: agglo, la-dune, les-sables, region" in done.stderr
