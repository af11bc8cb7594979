"""Processes of the lab: started once, found again, stopped whole, never a stranger's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from lab import processes
from lab.errors import UnreachableError
from lab.processes import Process, running, start, stop
from lab.record import read_json, write_json

SLEEPER = ("sleep", "600")


@pytest.fixture(autouse=True)
def _leave_nothing(tmp_path: Path) -> object:
    yield
    stop(tmp_path)
    assert list(processes.marked(tmp_path)) == []


def _process(tmp_path: Path, name: str = "sleeper", **changes: object) -> Process:
    described = Process(name, SLEEPER, tmp_path / f"{name}.log")
    return replace(described, **changes)  # type: ignore[arg-type]  # a test's free choice of fields


def test_started_once_and_stopped(tmp_path: Path) -> None:
    assert start([_process(tmp_path)], tmp_path) == ["sleeper"]
    pid = running(tmp_path)["sleeper"].pid
    assert start([_process(tmp_path)], tmp_path) == []
    assert running(tmp_path)["sleeper"].pid == pid
    assert stop(tmp_path) == ["sleeper"]
    assert running(tmp_path) == {}
    assert not psutil.pid_exists(pid)
    assert stop(tmp_path) == []


def test_leads_its_own_session_with_closed_input(tmp_path: Path) -> None:
    start([_process(tmp_path)], tmp_path)
    pid = running(tmp_path)["sleeper"].pid
    assert os.getsid(pid) == pid
    assert Path(f"/proc/{pid}/fd/0").readlink() == Path(os.devnull)


def test_ignores_ctrl_c_setting_of_its_starter(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        start([_process(tmp_path)], tmp_path)
    finally:
        signal.signal(signal.SIGINT, before)
    ignored = next(line for line in Path(f"/proc/{running(tmp_path)['sleeper'].pid}/status").read_text().splitlines()
                   if line.startswith("SigIgn"))
    assert int(ignored.split()[1], 16) & (1 << (signal.SIGTERM - 1)) == 0


def test_changed_description_restarts(tmp_path: Path) -> None:
    start([_process(tmp_path)], tmp_path)
    pid = running(tmp_path)["sleeper"].pid
    assert start([_process(tmp_path, env={"COLOUR": "blue"})], tmp_path) == ["sleeper"]
    assert running(tmp_path)["sleeper"].pid != pid
    assert not psutil.pid_exists(pid)


def test_dead_component_is_started_again(tmp_path: Path) -> None:
    start([_process(tmp_path)], tmp_path)
    victim = running(tmp_path)["sleeper"].handle()
    assert victim is not None
    victim.kill()
    victim.wait(10)
    assert running(tmp_path) == {}
    assert start([_process(tmp_path)], tmp_path) == ["sleeper"]


def test_death_names_the_component_and_shows_its_log(tmp_path: Path) -> None:
    dying = _process(tmp_path, "etcd", argv=("sh", "-c", "echo the disk is mad; exit 3"), ready=lambda: False)
    with pytest.raises(UnreachableError, match=r"etcd stopped just after its start.*\n.*the disk is mad") as refusal:
        start([_process(tmp_path), dying], tmp_path)
    assert refusal.value.where == str(tmp_path / "etcd.log")
    assert "estran lab down --purge" in refusal.value.remedy
    assert running(tmp_path) == {}, "what the failed start began must be stopped"


def test_lateness_names_the_component(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match="sleeper is not ready after 0 s"):
        start([_process(tmp_path, ready=lambda: False)], tmp_path, timeout_s=0.2)
    assert running(tmp_path) == {}


def test_missing_program_is_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match="ghost can't be started: No such file or directory") as refusal:
        start([_process(tmp_path, "ghost", argv=("no-such-engine",))], tmp_path)
    assert "estran toolchain sync" in refusal.value.remedy


def test_failure_leaves_what_ran_before(tmp_path: Path) -> None:
    start([_process(tmp_path)], tmp_path)
    dying = _process(tmp_path, "etcd", argv=("false",), ready=lambda: False)
    with pytest.raises(UnreachableError):
        start([_process(tmp_path), dying], tmp_path)
    assert list(running(tmp_path)) == ["sleeper"]


def test_interrupt_while_waiting_stops_what_was_started(tmp_path: Path) -> None:
    def interrupted() -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        start([_process(tmp_path, ready=interrupted)], tmp_path)
    assert list(processes.marked(tmp_path)) == []


def test_a_reused_pid_is_never_ours(tmp_path: Path) -> None:
    with subprocess.Popen(SLEEPER) as stranger:
        try:
            start([_process(tmp_path)], tmp_path)
            path = tmp_path / "processes" / "sleeper.json"
            record = read_json(path)
            ours = record["pid"]
            write_json(path, record | {"pid": stranger.pid, "created": record["created"] - 3600})
            assert running(tmp_path) == {}
            stop(tmp_path)
            assert stranger.poll() is None, "a stranger must survive"
            assert not psutil.pid_exists(ours), "ours is found by its mark although its record was lost"
        finally:
            stranger.kill()


def test_children_of_a_component_go_with_it(tmp_path: Path) -> None:
    parent = _process(tmp_path, "parent", argv=("sh", "-c", "sleep 601 & sleep 602"))
    parent = replace(parent, ready=lambda: len(list(processes.marked(tmp_path))) == 3)
    start([parent], tmp_path)
    stop(tmp_path)
    assert list(processes.marked(tmp_path)) == []


def test_one_that_ignores_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "STOP_TIMEOUT_S", 0.5)
    code = "import signal; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True)\nwhile True: signal.pause()"
    log = tmp_path / "deaf.log"
    deaf = _process(tmp_path, "deaf", argv=(sys.executable, "-c", code), log=log)
    start([replace(deaf, ready=lambda: "deaf" in log.read_text())], tmp_path)
    assert stop(tmp_path) == ["deaf"]
    assert list(processes.marked(tmp_path)) == []


def test_stop_by_name_leaves_the_others(tmp_path: Path) -> None:
    start([_process(tmp_path), _process(tmp_path, "other")], tmp_path)
    assert stop(tmp_path, ["other"]) == ["other"]
    assert list(running(tmp_path)) == ["sleeper"]


def test_a_big_log_is_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOG_LIMIT_BYTES", 10)
    (tmp_path / "sleeper.log").write_text("x" * 11)
    start([_process(tmp_path)], tmp_path)
    assert (tmp_path / "sleeper.log.old").read_text() == "x" * 11


def test_environment_is_not_inherited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET_OF_THE_SHELL", "hunter2")
    start([_process(tmp_path, env={"COLOUR": "blue"})], tmp_path)
    handle = running(tmp_path)["sleeper"].handle()
    assert handle is not None
    assert "A_SECRET_OF_THE_SHELL" not in handle.environ()
    assert handle.environ()["COLOUR"] == "blue"
