"""What is known of a lab between two commands."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from lab.components import CONTROL_PLANE
from lab.errors import MissingToolError, StorageError
from lab.paths import lab_dir, labs_dir
from lab.processes import Process, start, stop
from lab.state import LabState, prepare_pulumi
from lab.status import EXPECTED, status


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LabState:
    monkeypatch.setenv("ESTRAN_CACHE", str(tmp_path))
    return LabState("demo", lab_dir("demo"), {"kube-apiserver": 20_001, "prometheus": 20_002}, "uid-1")


def test_saved_and_loaded(state: LabState) -> None:
    state.save()
    assert LabState.load("demo") == state
    assert lab_dir("demo") == labs_dir() / "demo"


def test_saving_the_same_writes_nothing(state: LabState) -> None:
    state.save()
    file = state.folder / "state.json"
    before = file.stat().st_mtime_ns
    state.save()
    assert file.stat().st_mtime_ns == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_damaged_state_says_how_to_start_afresh(state: LabState) -> None:
    state.save()
    (state.folder / "state.json").write_text("{")
    with pytest.raises(StorageError, match="is not readable"):
        LabState.load("demo")


def test_other_site_has_no_lab(state: LabState) -> None:
    state.save()
    with pytest.raises(MissingToolError, match="no lab of the site sables") as refusal:
        LabState.load("sables")
    assert refusal.value.figures["site"] == "sables"


def test_environment_leads_to_this_lab(state: LabState) -> None:
    environment = state.environment()
    assert environment["KUBECONFIG"] == str(state.folder / "kubeconfigs" / "admin.kubeconfig")
    assert "ESTRAN_PROMETHEUS" not in environment, "a report finds the lab's own by itself, when it runs"
    assert environment["ESTRAN_AUDIT_FILE"] == str(state.audit_file)
    assert all(value for value in environment.values())


def test_passphrase_is_random_private_and_kept(state: LabState) -> None:
    prepare_pulumi(state)
    first = state.passphrase_file.read_text()
    prepare_pulumi(state)
    assert state.passphrase_file.read_text() == first
    assert stat.S_IMODE(state.passphrase_file.stat().st_mode) == 0o600
    state.passphrase_file.unlink()
    prepare_pulumi(state)
    assert state.passphrase_file.read_text() != first


def test_status_names_all_that_could_run(state: LabState) -> None:
    found = status(state)
    assert [one.name for one in found] == list(EXPECTED)
    assert EXPECTED[:len(CONTROL_PLANE)] == CONTROL_PLANE
    assert not any(one.running or one.pid or one.memory_mb for one in found)
    assert {one.name: one.port for one in found}["prometheus"] == 20_002


def test_status_counts_children_s_memory_and_unknown_processes(state: LabState) -> None:
    family = Process("family", ("sh", "-c", "sleep 600 & sleep 600"), state.layout.log("family"),
                     ready=lambda: len(state.processes) == 1)
    start([family], state.folder)
    try:
        (one,) = [one for one in status(state) if one.name == "family"]
        assert one.running
        assert one.pid == state.processes["family"].pid
        assert one.memory_mb is not None
        assert one.memory_mb > 0
        assert one.port is None
    finally:
        stop(state.folder)
