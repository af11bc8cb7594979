"""Layers and what goes wrong: no cluster, another cluster, Ctrl-C, a killed run, a policy in the way."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from infra.components.cluster import ClusterArgs, cluster_provider, live_cluster_uid
from infra.components.errors import UnreachableError, WrongClusterError
from lab.state import LabState
from ops_cli.exit_codes import ExitCode
from ops_cli.run.layers import _complaints
from tests.conftest import ROOT, run_estran

pytestmark = pytest.mark.engine


def test_no_lab_names_the_command_that_starts_one(isolated: Path, tmp_path: Path, demo_file: Path) -> None:
    file = tmp_path / "nolab.yaml"
    file.write_text(demo_file.read_text("utf-8").replace("  id: demo\n", "  id: nolab\n", 1), "utf-8")
    done = run_estran("up", "--site", str(file))
    assert done.returncode == ExitCode.MISSING_TOOL
    assert "estran lab up --site nolab" in done.stderr


def test_api_server_down(lab: LabState, tmp_path: Path) -> None:
    text = lab.kubeconfig.read_text("utf-8").replace(f":{lab.ports['kube-apiserver']}", ":9")
    dead = tmp_path / "kubeconfig"
    dead.write_text(text, "utf-8")
    done = run_estran("up", "--kubeconfig", str(dead))
    assert done.returncode == ExitCode.UNREACHABLE
    assert "the API server does not answer" in done.stderr
    assert "then run again" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_kubeconfig_that_is_none(isolated: Path, tmp_path: Path) -> None:
    file = tmp_path / "kubeconfig"
    file.write_text("not: one", "utf-8")
    with pytest.raises(UnreachableError, match="the API server does not answer"):
        live_cluster_uid(ClusterArgs(file, "", ""))


def test_another_cluster_is_refused_before_anything_is_registered(lab: LabState) -> None:
    right = ClusterArgs(lab.kubeconfig, "", lab.cluster_uid)
    assert live_cluster_uid(right) == lab.cluster_uid
    with pytest.raises(WrongClusterError) as refusal:
        cluster_provider(ClusterArgs(lab.kubeconfig, "", "00000000-0000-0000-0000-000000000000"))
    assert lab.cluster_uid in str(refusal.value)
    assert "point KUBECONFIG at the site's cluster" in str(refusal.value)


def test_the_program_itself_refuses_another_cluster(lab: LabState) -> None:
    from toolchain.environment import engine_environment

    environment = {**os.environ, **engine_environment(), **lab.environment(), "ESTRAN_CLUSTER_UID": "other"}
    project = os.environ["ESTRAN_PROJECT_DIR"]
    config = ["pulumi", "config", "--stack", "demo-models", "--non-interactive"]
    subprocess.run([*config, "set", "estran:clusterUid", "other"], env=environment, cwd=project, check=True)
    try:
        done = subprocess.run(["pulumi", "preview", "--stack", "demo-models", "--non-interactive", "--color=never"],
                              env=environment, cwd=project, capture_output=True, text=True, check=False)
    finally:
        subprocess.run([*config, "set", "estran:clusterUid", lab.cluster_uid], env=environment, cwd=project, check=True)
    assert done.returncode != 0
    assert "this is another cluster" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@retry(retry=retry_if_result(lambda found: found is None), stop=stop_after_delay(60), wait=wait_fixed(0.05))
def pulumi_of(process: subprocess.Popen[bytes]) -> psutil.Process | None:
    """Return the Pulumi engine at work for `process`, once its update has begun."""
    assert process.poll() is None, "it ended before it was interrupted"
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(process.pid).children(recursive=True):
            if child.name() == "pulumi" and "up" in child.cmdline():
                grandchildren = [grandchild.name() for grandchild in child.children(recursive=True)]
                if any(name.startswith("pulumi-resource") for name in grandchildren):
                    return child
    return None


def started_up() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "ops_cli", "up", "--layer", "tenants"], cwd=ROOT,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_ctrl_c_leaves_no_process_and_the_next_run_goes_on(lab: LabState) -> None:
    process = started_up()
    engine = pulumi_of(process)
    assert engine is not None
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    assert process.wait(120) == ExitCode.INTERRUPTED
    assert [child for child in family if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []
    assert run_estran("up", "--layer", "tenants").returncode == ExitCode.OK


def test_a_killed_run_leaves_a_lock_that_the_next_one_lifts(lab: LabState) -> None:
    process = started_up()
    engine = pulumi_of(process)
    assert engine is not None
    family = psutil.Process(process.pid).children(recursive=True)
    for each in (psutil.Process(process.pid), *family):
        each.kill()
    process.wait(60)
    psutil.wait_procs(family, timeout=60)
    done = run_estran("up", "--layer", "tenants", "-o", "json")
    assert done.returncode == ExitCode.OK, done.stderr
    assert [row["stack"] for row in json.loads(done.stdout)] == ["demo-tenants"]


def test_up_and_plan_agree_that_nothing_is_to_change(lab: LabState) -> None:
    rows = json.loads(run_estran("plan", "-o", "json").stdout)
    assert [(row["stack"], row["changes"]) for row in rows] == [
        ("demo-platform", 0), ("demo-tenants", 0), ("demo-models", 0)]


def test_down_asks_first(lab: LabState) -> None:
    done = run_estran("down", "--layer", "models", stdin="n\n")
    assert done.returncode == ExitCode.INTERRUPTED
    assert "Delete models of site 'demo', and all data in them?" in done.stderr


def test_a_dry_run_of_down_deletes_nothing(lab: LabState) -> None:
    rows = json.loads(run_estran("down", "--layer", "models", "--dry-run", "-o", "json").stdout)
    assert rows[0]["deleted"] > 6
    assert json.loads(run_estran("plan", "--layer", "models", "-o", "json").stdout)[0]["changes"] == 0


def test_complaints_are_said_once() -> None:
    said = ("x\nDiagnostics:\n  pulumi:pulumi:Stack (s):\n    error: update failed\n\n"
            "  kubernetes:core/v1:Namespace (n):\n    error: denied\n    error: denied\nResources:\n    1 unchanged\n")
    assert _complaints(said) == "error: update failed\nkubernetes:core/v1:Namespace (n):\nerror: denied"
