"""The book of decisions: believed line by line, mended after a power cut, and never after another hand."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenancy.audit import GENESIS, Book, verify
from tenancy.errors import ConflictError, StorageError
from tests.tenancy.conftest import NOW

FACTS = [{"uid": str(number), "text": "une démarche\nà deux lignes"} for number in range(3)]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "audit.jsonl"
    with Book(path) as book:
        for fact in FACTS:
            book.append("decision", fact, NOW)
    return path


def test_lines_are_numbered_linked_and_dated_in_utc(written: Path) -> None:
    lines = [json.loads(line) for line in written.read_text("utf-8").splitlines()]

    assert [line["number"] for line in lines] == [1, 2, 3]
    assert [line["previous"] for line in lines] == [GENESIS, lines[0]["hash"], lines[1]["hash"]]
    assert lines[0]["at"] == "2026-06-01T12:00:00.000Z"
    assert [line["fact"] for line in lines] == FACTS


def test_a_hash_is_that_of_the_line_without_it(written: Path) -> None:
    line = json.loads(written.read_bytes().splitlines()[0])
    said = line.pop("hash")

    canonical = json.dumps(line, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    assert hashlib.sha256(canonical).hexdigest() == said


def test_a_book_is_read_back_as_it_was_written(written: Path) -> None:
    with Book(written) as book:
        assert [dict(entry.fact) for entry in book.entries] == FACTS
        added = book.append("release", {"uid": "0"}, NOW)

    assert added.number == 4
    assert verify(written).entries == 4


def test_only_its_owner_may_read_it(written: Path) -> None:
    assert written.stat().st_mode & 0o077 == 0


def test_verifying_changes_nothing(written: Path) -> None:
    before = written.read_bytes()
    found = verify(written)

    assert (found.entries, found.torn_bytes) == (3, 0)
    assert written.read_bytes() == before


def test_an_empty_book_has_no_id(tmp_path: Path) -> None:
    with Book(tmp_path / "deep" / "audit.jsonl") as book:
        assert book.id == ""
        assert book.append("beginning", {}, NOW).hash == book.id


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(1, 150))
def test_a_torn_end_is_put_aside_and_the_rest_believed(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("book") / "audit.jsonl"
    with Book(path) as book:
        for fact in FACTS:
            book.append("decision", fact, NOW)
    whole = path.read_bytes()
    last = whole.splitlines(keepends=True)[-1]
    path.write_bytes(whole[:-cut])
    torn = last[:-cut]

    assert verify(path).torn_bytes == len(torn)
    with Book(path) as book:
        assert len(book.entries) == 2
        book.append("decision", {"uid": "again"}, NOW)
    assert verify(path).entries == 3
    assert (path.with_name("audit.jsonl.torn-3").read_bytes() if torn else b"") == torn


@pytest.mark.parametrize(("number", "change"), [
    (1, lambda line: line.replace(b'"uid":"0"', b'"uid":"9"')),
    (2, lambda _line: b""),
    (2, lambda line: line + line),
    (3, lambda line: line.replace(b'"kind":"decision"', b'"kind":"release"')),
    (3, lambda _line: b"not json\n"),
    (3, lambda _line: b"[]\n"),
], ids=["changed", "removed", "repeated", "renamed", "not-json", "not-an-object"])
def test_another_hand_is_found_and_stops_everything(written: Path, number: int, change: object) -> None:
    lines = written.read_bytes().splitlines(keepends=True)
    lines[number - 1] = change(lines[number - 1])  # type: ignore[operator]
    written.write_bytes(b"".join(lines))
    before = written.read_bytes()

    for opening in (verify, Book):
        with pytest.raises(StorageError, match=r"was changed, lost or added by another hand") as refusal:
            opening(written)
        assert refusal.value.where.startswith(f"{written}:")
        assert "put back the last good copy" in refusal.value.remedy
    assert written.read_bytes() == before


def rehashed(line: bytes, **changes: object) -> bytes:
    """Return a line changed by somebody who knows how its hash is made."""
    body = {key: value for key, value in json.loads(line).items() if key != "hash"} | changes
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    return json.dumps(body | {"hash": hashlib.sha256(text).hexdigest()}).encode() + b"\n"


@pytest.mark.parametrize(("number", "changes"), [
    (1, {"fact": {"uid": "9"}}), (2, {"at": "2026-01-01T00:00:00.000Z"}), (3, {"number": 7}),
    (3, {"previous": GENESIS}),
])
def test_a_line_written_anew_with_its_hash_breaks_the_chain(
    written: Path, number: int, changes: dict[str, object]
) -> None:
    lines = written.read_bytes().splitlines(keepends=True)
    lines[number - 1] = rehashed(lines[number - 1], **changes)
    written.write_bytes(b"".join(lines))

    with pytest.raises(StorageError, match=r"line \d of the book of decisions was changed"):
        verify(written)


def test_a_line_is_on_the_disk_before_it_counts(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut can't be made here: that the system is asked to sync, with the line in the file, is what is seen."""
    synced: list[int] = []
    really = os.fdatasync

    def sync(descriptor: int) -> None:
        synced.append(len(written.read_bytes().splitlines()))
        really(descriptor)

    monkeypatch.setattr(os, "fdatasync", sync)
    with Book(written) as book:
        before = len(book.entries)
        book.append("decision", {"uid": "x"}, NOW)

    assert synced == [before + 1]


def test_two_controllers_never_write_one_book(written: Path) -> None:
    with Book(written), pytest.raises(ConflictError, match="another controller is writing this book"):
        Book(written)
    with Book(written) as book:
        assert len(book.entries) == 3


def test_the_lock_goes_with_its_process(written: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", "import sys, pathlib, signal; from tenancy.audit import Book; "
         "book = Book(pathlib.Path(sys.argv[1])); print('held', flush=True); signal.pause()", str(written)],
        stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    with pytest.raises(ConflictError):
        Book(written)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()

    with Book(written) as book:
        assert len(book.entries) == 3


def test_a_full_disk_leaves_the_book_as_it_was(written: Path) -> None:
    """A limit on the size of files stands for the full disk: the first part of the line still fits."""
    size = written.stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Book(written) as book:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 40, before[1]))
        try:
            with pytest.raises(StorageError, match="the book of decisions can't be written") as refusal:
                book.append("decision", {"uid": "x" * 100}, NOW)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, previous)
        assert "free some space" in refusal.value.remedy
        assert written.stat().st_size == size
        book.append("decision", {"uid": "x"}, NOW)
    assert verify(written).entries == 4


def test_a_folder_that_can_not_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="can't be written: File exists"):
        Book(tmp_path / "file" / "audit.jsonl")


def test_a_book_that_is_not_there_can_not_be_verified(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="can't be read: No such file"):
        verify(tmp_path / "none.jsonl")


def test_a_process_killed_while_writing_leaves_a_book_that_opens(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    writer = subprocess.Popen(
        [sys.executable, "-c", "import sys, pathlib, datetime; from tenancy.audit import Book\n"
         "book = Book(pathlib.Path(sys.argv[1]))\n"
         "for n in range(10**9):\n"
         "    book.append('decision', {'uid': str(n)}, datetime.datetime.now(datetime.UTC))\n"
         "    print(n, flush=True)\n", str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    confirmed = 0
    while confirmed < 20:
        confirmed = int(writer.stdout.readline())
    os.kill(writer.pid, signal.SIGKILL)
    confirmed = int([confirmed, *writer.stdout.read().split()][-1])
    writer.wait()
    writer.stdout.close()

    with Book(path) as book:
        assert len(book.entries) >= confirmed + 1  # what was confirmed is there
    assert verify(path).torn_bytes == 0
