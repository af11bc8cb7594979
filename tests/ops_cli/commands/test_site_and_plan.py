"""`estran site` and `estran plan`, as processes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from ops_cli.exit_codes import ExitCode
from tests.conftest import Run


@pytest.fixture
def own_cache(tmp_path: Path) -> dict[str, str]:
    return {"ESTRAN_CACHE": str(tmp_path / "cache")}


def test_show_draws_feeds_and_zones(estran: Run) -> None:
    said = estran("site", "show").stdout
    for word in ("transformer", "ups-a", "tank-1", "U3 gpu-1", "hall-oil"):
        assert word in said


def test_show_as_csv_and_json(estran: Run) -> None:
    rows = estran("site", "show", "-o", "csv").stdout.splitlines()
    assert rows[0] == "node,enclosure,slot,zone,outlets,gpus,nameplate_w"
    assert "gpu-1,tank-1,3,hall-oil,a-gpu-1 b-gpu-1,4,3000.0" in rows
    assert json.loads(estran("site", "show", "-o", "json").stdout)["identity"]["id"] == "demo"


def test_show_writes_a_picture(estran: Run, tmp_path: Path) -> None:
    file = tmp_path / "new" / "site.svg"
    assert estran("site", "show", "--svg", str(file)).returncode == 0
    assert file.read_text("utf-8").startswith("<svg")


def test_schema_accepts_what_is_shipped_and_refuses_an_unknown_key(estran: Run, tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    assert estran("site", "schema", "--into", str(file)).returncode == 0
    assert json.loads(file.read_text("utf-8")) == json.loads(estran("site", "schema").stdout)
    assert json.loads(file.read_text("utf-8"))["additionalProperties"] is False


def test_a_plan_needs_no_cluster(estran: Run, own_cache: dict[str, str]) -> None:
    done = estran("plan", "--offline", env=own_cache | {"KUBECONFIG": "/nowhere"})
    assert done.returncode == 0, done.stderr
    kinds = {document["kind"] for document in yaml.safe_load_all(done.stdout)}
    assert kinds >= {"Namespace", "ResourceQuota", "NetworkPolicy", "Deployment", "ValidatingAdmissionPolicy"}


def test_the_second_plan_shows_nothing_then_what_changed(
    estran: Run, own_cache: dict[str, str], tmp_path: Path, demo_file: Path
) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(demo_file.read_text("utf-8"), "utf-8")
    into = ("--into", str(tmp_path / "plan.yaml"))
    assert "0 changed, 0 removed" in estran("plan", "--offline", "--site", str(site), *into, env=own_cache).stderr
    again = estran("plan", "--offline", "--site", str(site), *into, env=own_cache).stderr
    assert "0 added, 0 changed, 0 removed" in again

    wider = site.read_text("utf-8").replace("quota: {cpu: 2, memory: 8Gi", "quota: {cpu: 3, memory: 8Gi")
    site.write_text(wider, "utf-8")
    changed = estran("plan", "--offline", "--site", str(site), *into, env=own_cache).stderr
    assert "0 added, 2 changed, 0 removed" in changed, "the quota, and the limit that follows it"
    assert "before/v1/ResourceQuota la-dune-etat-civil/" in changed
    assert "-    requests.cpu: '2'" in changed
    assert "+    requests.cpu: '3'" in changed


def test_one_layer_only(estran: Run, own_cache: dict[str, str]) -> None:
    found = json.loads(estran("plan", "--offline", "--layer", "models", "-o", "json", env=own_cache).stdout)
    assert {one["metadata"]["namespace"] for one in found["manifests"]} == {"models"}
    assert {change["kind"] for change in found["changes"]} == {"added"}


def test_against_what_is_no_plan(estran: Run, own_cache: dict[str, str], tmp_path: Path) -> None:
    done = estran("plan", "--offline", "--against", str(tmp_path / "none"), env=own_cache)
    assert done.returncode == ExitCode.INVALID_INPUT
    assert "this is not a plan that can be read" in done.stderr


def test_a_plan_not_kept_is_not_remembered(estran: Run, own_cache: dict[str, str]) -> None:
    estran("plan", "--offline", "--no-keep", env=own_cache)
    assert "0 changed, 0 removed" in estran("plan", "--offline", "--no-keep", env=own_cache).stderr
    assert not (Path(own_cache["ESTRAN_CACHE"]) / "plans").exists()
