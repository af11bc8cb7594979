"""No program that a run started outlives it."""

from __future__ import annotations

import os
import subprocess
import sys

import psutil
import pytest

from ops_cli.run import children
from ops_cli.run.children import children_end_with_us, is_alive

STUBBORN = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); print('up', flush=True); signal.pause()"
POLITE = "import signal; print('up', flush=True); signal.pause()"


def started(code: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", code], text=True, stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


@pytest.mark.parametrize("code", [POLITE, STUBBORN], ids=["polite", "stubborn"])
def test_an_interrupt_ends_every_child(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(children, "GRACE_S", 1)
    with pytest.raises(KeyboardInterrupt), children_end_with_us():
        process = started(code)
        raise KeyboardInterrupt
    assert process.wait(10) is not None
    assert process.stdout is not None
    process.stdout.close()
    assert not psutil.pid_exists(process.pid) or psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE


def test_other_ends_leave_children_alone() -> None:
    process = started(POLITE)
    with pytest.raises(ValueError, match="x"), children_end_with_us():
        raise ValueError("x")
    assert process.poll() is None
    process.kill()
    process.communicate()


def test_is_alive() -> None:
    assert is_alive(os.getpid())
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert not is_alive(process.pid)
