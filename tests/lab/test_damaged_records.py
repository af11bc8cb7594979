"""A damaged record of a process: the lab is still seen, and still stopped whole."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from lab import processes
from lab.processes import Process


@pytest.mark.parametrize("text", ["", "{", '{"name": "one"}', "[1]", "null"])
def test_a_damaged_record_hides_nobody_from_stop(tmp_path: Path, text: str) -> None:
    log = tmp_path / "logs" / "one.log"
    one = Process("one", (sys.executable, "-c", "import signal; print('up', flush=True); signal.pause()"), log=log,
                  ready=lambda: "up" in log.read_text("utf-8"))
    processes.start([one], tmp_path)
    pid = processes.running(tmp_path)["one"].pid
    record = tmp_path / "processes" / "one.json"
    record.write_text(text, "utf-8")

    assert processes.running(tmp_path) == {}
    processes.stop(tmp_path)
    assert not record.exists()
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
