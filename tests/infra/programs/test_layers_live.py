"""The layers on a real cluster of their own: up, up again, drift seen, down without a trace."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.inventory.load import load_site
from infra.inventory.site import Site
from lab import box
from lab.state import LabState
from tests.conftest import run_estran
from toolchain.environment import engine_environment

pytestmark = pytest.mark.engine
OURS = "app.kubernetes.io/managed-by=estran"
KINDS = ("namespaces,resourcequotas,limitranges,networkpolicies,roles,rolebindings,clusterroles,clusterrolebindings,"
         "deployments,statefulsets,services,priorityclasses,validatingadmissionpolicies,"
         "validatingadmissionpolicybindings,customresourcedefinitions")


@pytest.fixture(scope="module")
def spare(isolated: Path, demo_file: Path) -> Iterator[tuple[Site, Path, LabState]]:
    """A second lab, of a copy of the demo site under another name, to be broken and destroyed."""
    file = isolated / "spare.yaml"
    file.write_text(demo_file.read_text("utf-8").replace("  id: demo\n", "  id: spare\n", 1), "utf-8")
    site = load_site(file)
    state, _started = box.up(site)
    yield site, file, state
    box.down(site.id, purge=True)


def kubectl(state: LabState, *arguments: str) -> str:
    environment = {**os.environ, **engine_environment(), "KUBECONFIG": str(state.kubeconfig)}
    return subprocess.run(["kubectl", *arguments], env=environment, capture_output=True, text=True, check=True).stdout


def outcome(*arguments: str) -> list[dict[str, object]]:
    done = run_estran(*arguments, "--output", "json")
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, object]] = json.loads(done.stdout)
    return rows


def pulumi(state: LabState, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **engine_environment(), **state.environment()}
    return subprocess.run(["pulumi", "--non-interactive", "--color=never", *arguments], env=environment, text=True,
                          capture_output=True, check=False, cwd=os.environ["ESTRAN_PROJECT_DIR"])


def test_up_again_drift_and_down(spare: tuple[Site, Path, LabState]) -> None:
    _site, file, state = spare
    first = outcome("up", "--site", str(file))
    assert [row["stack"] for row in first] == ["spare-platform", "spare-tenants", "spare-models"]
    assert all(row["created"] and row["changes"] == row["created"] for row in first)

    assert [row["changes"] for row in outcome("up", "--site", str(file))] == [0, 0, 0]
    plain = pulumi(state, "up", "--yes", "--stack", "spare-tenants", "--expect-no-changes")
    assert plain.returncode == 0, plain.stdout + plain.stderr

    kubectl(state, "-n", "la-dune-etat-civil", "patch", "resourcequota", "--type=merge", "-p",
            '{"spec": {"hard": {"pods": "999"}}}', first_quota(state, "la-dune-etat-civil"))
    drift = pulumi(state, "preview", "--refresh", "--stack", "spare-tenants", "--diff")
    assert "resourcequota/la-dune-etat-civil" in drift.stdout and '"999"' in drift.stdout, drift.stdout
    assert pulumi(state, "preview", "--refresh", "--expect-no-changes", "--stack", "spare-tenants").returncode != 0

    gone = outcome("down", "--site", str(file), "--yes")
    assert [row["stack"] for row in gone] == ["spare-models", "spare-tenants", "spare-platform"]
    kept = kubectl(state, "get", KINDS, "-A", "-l", f"{OURS},app.kubernetes.io/name!=lab", "-o", "name")
    assert kept.split() == []


def first_quota(state: LabState, namespace: str) -> str:
    return kubectl(state, "-n", namespace, "get", "resourcequota", "-o", "name").split()[0].partition("/")[2]
