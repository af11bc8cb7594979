"""`estran lab ...` as a user types it, on one lab of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import processes
from lab.components import CONTROL_PLANE
from tests.conftest import run_estran
from toolchain.paths import toolchain_dir

pytestmark = pytest.mark.engine
NAMES = ", ".join(CONTROL_PLANE)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("commands")
    patch = pytest.MonkeyPatch()
    patch.setenv("ESTRAN_TOOLCHAIN_DIR", str(toolchain_dir()))
    patch.setenv("ESTRAN_CACHE", str(folder))
    yield folder
    run_estran("lab", "down", "--purge")
    assert list(processes.marked(folder / "lab" / "demo")) == []
    patch.undo()


def _said(*arguments: str, code: int = 0) -> str:
    done = run_estran("lab", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stderr


def test_the_life_of_a_lab(cache: Path) -> None:
    """One story, since each command's answer depends on the one before."""
    assert "There is no lab of the site demo" in _said("status", code=7)
    assert _said("up", "--no-controller", "--dry-run") == f"Would start: {NAMES}\n"
    assert not (cache / "lab" / "demo").exists(), "a dry run changes nothing"
    assert _said("up", "--no-controller") == f"Started: {NAMES}\n"
    assert _said("up", "--no-controller") == "Nothing changed.\n"
    assert _said("up", "--no-controller", "--dry-run") == "Nothing would change.\n"
    rows = {row["component"]: row for row in json.loads(_said("status", "--output", "json"))}
    assert all(rows[name]["state"] == "running" and rows[name]["memory_mb"] > 10 for name in CONTROL_PLANE)
    assert rows["controller"]["state"] == rows["prometheus"]["state"] == "stopped"
    assert _said("controller", "status") == "stopped\n"
    assert _said("controller", "start", "--dry-run") == "Would start: controller\n"
    assert _said("controller", "stop") == "Nothing changed.\n"
    assert _said("controller", "start") == "Started: controller\n"
    assert _said("controller", "start") == "Nothing changed.\n"
    assert _said("controller", "status") in ("running, not ready yet\n", "ready\n")
    assert _said("controller", "stop") == "Stopped: controller\n"
    assert _said("down", "--dry-run") == f"Would stop: {NAMES}\n"
    assert _said("down") == f"Stopped: {NAMES}\n"
    assert _said("down") == "Nothing was running.\n"
    assert (cache / "lab" / "demo" / "etcd").exists()
    assert _said("down", "--purge").endswith(f"Removed: {cache / 'lab' / 'demo'}\n")
    assert not (cache / "lab" / "demo").exists()


def test_shell_reaches_the_lab(cache: Path) -> None:
    _said("up", "--no-controller")
    script = f'eval "$({sys.executable} -m ops_cli lab env)"; kubectl get nodes -o name; pulumi whoami'
    answer = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert "node/gpu-1" in answer.stdout
    config = _said("kubeconfig", "--tenant", "les-sables").strip()
    assert config == str(cache / "lab" / "demo" / "kubeconfigs" / "les-sables-agent.kubeconfig")
    assert Path(_said("kubeconfig").strip()).name == "admin.kubeconfig"
    refusal = _said("kubeconfig", "--tenant", "atlantis", code=7)
    assert "it has:" in refusal
    assert "les-sables" in refusal


def test_taken_port_exits_8(cache: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        refusal = _said("up", "--api-port", str(port), code=8)
    assert f"Port {port}, asked for kube-apiserver, is taken by" in refusal
    assert "what to do: Stop that process" in refusal


def test_nothing_secret_is_printed_or_logged(cache: Path) -> None:
    """Neither the passphrase nor a key may appear in the environment lines, the state or a log."""
    folder = cache / "lab" / "demo"
    secret = (folder / "pulumi-passphrase").read_text()
    printed = _said("env")
    texts = [printed, *(path.read_text(errors="replace") for path in [*folder.glob("*.json"), *folder.rglob("*.log")])]
    assert len(texts) > 5
    assert not any(secret in text or "PRIVATE KEY" in text for text in texts)
    for record in processes.running(folder).values():
        handle = record.handle()
        assert handle is not None
        assert secret not in " ".join(handle.cmdline())
