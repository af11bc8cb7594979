"""No program that a run started outlives it."""

from __future__ import annotations

import os
import signal
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


@pytest.mark.parametrize("code", [POLITE, STUBBORN], ids=["polite", "stubborn"])
def test_the_signal_itself_reaches_every_child(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(children, "GRACE_S", 1)
    with pytest.raises(KeyboardInterrupt), children_end_with_us():
        process = started(code)
        signal.raise_signal(signal.SIGINT)
        process.communicate(timeout=0.2 if code is STUBBORN else 30)
    process.communicate()
    assert process.returncode is not None


def test_a_grandchild_whose_parent_dies_first_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What happened once: the engine was gone at once, and the program it ran went on for minutes."""
    monkeypatch.setattr(children, "GRACE_S", 1)
    parent = ("import subprocess, sys, signal; child = subprocess.Popen([sys.executable, '-c', sys.argv[1]],"
              " stdout=subprocess.PIPE, text=True); child.stdout.readline(); print(child.pid, flush=True);"
              " signal.pause()")
    with pytest.raises(KeyboardInterrupt), children_end_with_us():
        process = subprocess.Popen([sys.executable, "-c", parent, STUBBORN], stdout=subprocess.PIPE, text=True,
                                   stderr=subprocess.DEVNULL)
        assert process.stdout is not None
        grandchild = int(process.stdout.readline())
        signal.raise_signal(signal.SIGINT)
        process.wait(30)
        raise subprocess.CalledProcessError(1, "engine")
    process.stdout.close()
    assert not psutil.pid_exists(grandchild) or psutil.Process(grandchild).status() == psutil.STATUS_ZOMBIE


def test_who_was_there_before_is_left_alone() -> None:
    older = started(POLITE)
    with pytest.raises(KeyboardInterrupt), children_end_with_us():
        younger = started(POLITE)
        signal.raise_signal(signal.SIGINT)
        younger.communicate()
    assert older.poll() is None
    older.kill()
    older.communicate()


def test_with_nobody_at_work_the_signal_ends_the_block_at_once() -> None:
    with pytest.raises(KeyboardInterrupt), children_end_with_us():
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("not reached")


def test_nothing_new_is_started_after_a_signal() -> None:
    with pytest.raises(KeyboardInterrupt), children_end_with_us() as interrupts:
        process = started(POLITE)
        signal.raise_signal(signal.SIGINT)
        process.communicate()
        interrupts.check()
        raise AssertionError("not reached")


def test_the_handler_of_before_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with children_end_with_us():
        assert signal.getsignal(signal.SIGINT) != before
    assert signal.getsignal(signal.SIGINT) == before


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
