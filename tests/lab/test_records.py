"""Small files, the lock, and Ctrl-C at the wrong instant."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import stat
from pathlib import Path

import pytest

from lab.errors import ConflictError, StorageError
from lab.interrupts import uninterrupted
from lab.lock import locked
from lab.record import read_json, write_json, write_text


def test_written_whole_and_private(tmp_path: Path) -> None:
    write_json(tmp_path / "a" / "state.json", {"port": 1})
    assert read_json(tmp_path / "a" / "state.json") == {"port": 1}
    assert stat.S_IMODE((tmp_path / "a" / "state.json").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["state.json"]


def test_full_disk_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_text(tmp_path / "f", "old")

    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("lab.record.tempfile.mkstemp", full)
    with pytest.raises(StorageError, match="can't be written: No space left on device") as refusal:
        write_text(tmp_path / "f", "new")
    assert refusal.value.where == str(tmp_path / "f")
    assert "ESTRAN_CACHE" in refusal.value.remedy
    assert (tmp_path / "f").read_text() == "old"


def test_damaged_state_is_a_refusal(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"site_id": ')
    with pytest.raises(StorageError, match="is not readable") as refusal:
        read_json(tmp_path / "state.json")
    assert "estran lab down --purge" in refusal.value.remedy


def test_interrupt_is_held_back_then_let_through() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)
        done.append("what must not be cut")
    assert done == ["what must not be cut"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_no_interrupt_no_error() -> None:
    before = signal.getsignal(signal.SIGINT)
    with uninterrupted():
        pass
    assert signal.getsignal(signal.SIGINT) is before


def test_lock_names_its_holder(tmp_path: Path) -> None:
    with locked(tmp_path / "lock"), pytest.raises(ConflictError, match=rf"\(pid {os.getpid()}\)") as refusal, \
            locked(tmp_path / "lock", wait_s=0.3):
        pass
    assert "Wait until it ends" in refusal.value.remedy


def _append(path: Path) -> None:
    with locked(path / "lock"):
        before = (path / "count").read_text() if (path / "count").exists() else "0"
        (path / "count").write_text(str(int(before) + 1))


def test_lock_lets_one_in_at_a_time(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        pool.map(_append, [tmp_path] * 20)
    assert (tmp_path / "count").read_text() == "20"


def test_lock_of_the_dead_is_free(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("999999")
    with locked(tmp_path / "lock", wait_s=0.1):
        assert (tmp_path / "lock").read_text() == str(os.getpid())
