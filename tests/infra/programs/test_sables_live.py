"""The larger site that we ship is not only consistent: its layers come up on a real cluster."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator

import pytest

from infra.inventory.load import load_site
from infra.inventory.site import Site
from lab import box
from lab.state import LabState
from tests.conftest import SITES, run_estran
from toolchain.environment import engine_environment

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def sables(isolated: object) -> Iterator[tuple[Site, LabState]]:
    site = load_site(SITES / "sables.yaml")
    state, _started = box.up(site)
    yield site, state
    box.down(site.id, purge=True)


def test_its_layers_come_up_and_its_models_find_their_gpus(sables: tuple[Site, LabState]) -> None:
    site, state = sables
    done = run_estran("up", "--site", "sables", "--output", "json")
    assert done.returncode == 0, done.stderr
    assert all(row["created"] == row["changes"] > 0 for row in json.loads(done.stdout))

    environment = {**os.environ, **engine_environment(), "KUBECONFIG": str(state.kubeconfig)}
    said = subprocess.run(["kubectl", "get", "pods", "-n", "models", "-o", "json"], env=environment, check=True,
                          capture_output=True, text=True)
    pods = json.loads(said.stdout)["items"]
    assert len(pods) == sum(model.replicas for model in site.models.values())
    assert {pod["status"]["phase"] for pod in pods} == {"Running"}
    assert all(site.nodes[pod["spec"]["nodeName"]].gpu_count == 8 for pod in pods)
    tanks = {site.nodes[pod["spec"]["nodeName"]].enclosure for pod in pods
             if pod["metadata"]["labels"]["app.kubernetes.io/name"] == "redaction"}
    assert tanks == {"tank-1", "tank-2", "tank-3", "tank-4"}
