"""Downloads go on where they stopped, end whole, and never leave a bad file."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tenacity import wait_none

from tests.toolchain.publisher import Publisher
from toolchain import download
from toolchain.download import fetch, forget, part_of
from toolchain.errors import StorageError, UnreachableError

BODY = bytes(range(256)) * 4096  # 1 MiB, no two blocks at the same place alike


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "wait_exponential", lambda **_bounds: wait_none())


def test_whole_file(publisher: Publisher, tmp_path: Path) -> None:
    publisher.files["/f"] = BODY
    seen: list[tuple[float, float | None]] = []
    fetch(f"{publisher.url}/f", tmp_path / "f", lambda done, total: seen.append((done, total)))
    assert (tmp_path / "f").read_bytes() == BODY
    assert seen[-1] == (len(BODY), len(BODY))
    assert [path.name for path in tmp_path.iterdir()] == ["f"], "no part may be left"


def test_cut_connection_is_resumed_by_range(publisher: Publisher, tmp_path: Path) -> None:
    publisher.files["/f"] = BODY
    publisher.cut["/f"] = [300_000, 200_000]
    fetch(f"{publisher.url}/f", tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == BODY
    assert [wanted for _path, wanted in publisher.seen] == ["", "bytes=300000-", "bytes=500000-"]


def test_part_is_kept_for_the_next_run(publisher: Publisher, tmp_path: Path) -> None:
    publisher.files["/f"] = BODY
    publisher.cut["/f"] = [100_000] * download.ATTEMPTS
    with pytest.raises(UnreachableError, match="can't be read") as refusal:
        fetch(f"{publisher.url}/f", tmp_path / "f")
    assert "it goes on from where it stopped" in refusal.value.remedy
    assert not (tmp_path / "f").exists()
    assert part_of(tmp_path / "f").stat().st_size == 100_000 * download.ATTEMPTS
    fetch(f"{publisher.url}/f", tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == BODY
    assert publisher.seen[-1][1] == f"bytes={100_000 * download.ATTEMPTS}-"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 5000), max_size=download.ATTEMPTS - 1), size=st.integers(0, 20_000))
def test_any_cuts_give_the_same_bytes(publisher: Publisher, tmp_path: Path, cuts: list[int], size: int) -> None:
    body = BODY[:size]
    publisher.files["/f"], publisher.cut["/f"] = body, list(cuts)
    forget(tmp_path / "f")
    fetch(f"{publisher.url}/f", tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == body


def test_server_without_ranges_starts_afresh(publisher: Publisher, tmp_path: Path) -> None:
    publisher.files["/f"], publisher.ranges = BODY, False
    publisher.cut["/f"] = [300_000]
    fetch(f"{publisher.url}/f", tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == BODY


def test_changed_file_is_not_glued_to_an_old_part(publisher: Publisher, tmp_path: Path) -> None:
    publisher.files["/f"] = BODY
    publisher.cut["/f"] = [100_000] * download.ATTEMPTS
    with pytest.raises(UnreachableError):
        fetch(f"{publisher.url}/f", tmp_path / "f")
    publisher.files["/f"] = BODY[::-1]
    fetch(f"{publisher.url}/f", tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == BODY[::-1]


def test_part_of_another_url_is_not_continued(publisher: Publisher, tmp_path: Path) -> None:
    """Even where the server sends no ETag that would tell the two apart."""
    publisher.etags = False
    publisher.files |= {"/a": BODY, "/b": BODY[::-1]}
    publisher.cut["/a"] = [100_000] * download.ATTEMPTS
    with pytest.raises(UnreachableError):
        fetch(f"{publisher.url}/a", tmp_path / "f")
    fetch(f"{publisher.url}/b", tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == BODY[::-1]


def test_missing_file_says_so_at_once(publisher: Publisher, tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match="HTTP 404"):
        fetch(f"{publisher.url}/none", tmp_path / "f")
    assert len(publisher.seen) == 1, "a file that is not there is not asked for again"


def test_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1"):
        fetch("http://127.0.0.1:9/f", tmp_path / "f")


def test_full_disk(publisher: Publisher, tmp_path: Path) -> None:
    """A thread's own file-size limit is not to be had, so the limit is the process's: a child process downloads."""
    publisher.files["/f"] = BODY
    code = (
        "import resource, signal, sys; from pathlib import Path; from toolchain.download import fetch;"
        "from toolchain.errors import StorageError;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
        "try:\n fetch(sys.argv[1], Path(sys.argv[2]))\n"
        "except StorageError as refusal:\n print(refusal)"
    )
    answer = subprocess.run([sys.executable, "-c", code, f"{publisher.url}/f", str(tmp_path / "f")], check=True,
                            capture_output=True, text=True)
    assert "No space left on the disk of the toolchain folder" in answer.stdout
    assert "ESTRAN_TOOLCHAIN_DIR" in answer.stdout


def test_forbidden_folder_is_a_storage_refusal(publisher: Publisher, tmp_path: Path) -> None:
    publisher.files["/f"] = BODY
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="The toolchain folder can't be written"):
        fetch(f"{publisher.url}/f", tmp_path / "file" / "f")


def test_callback_stops_the_download_and_keeps_its_part(publisher: Publisher, tmp_path: Path) -> None:
    publisher.files["/f"] = BODY
    stop = threading.Event()

    def advance(done: float, _total: float | None) -> None:
        if done > 0:
            stop.set()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(f"{publisher.url}/f", tmp_path / "f", advance)
    assert stop.is_set()
    assert part_of(tmp_path / "f").exists()
    assert not (tmp_path / "f").exists()
