"""The book of decisions: one JSON line per fact, each holding the hash of the line before it, synced before it counts.

A line is believed only when its own hash and its link both fit. The end of a book that a power cut tore is put aside,
never guessed; a fault anywhere else stops everything, because somebody wrote there.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from infra.inventory.errors import N_
from tenancy.errors import ConflictError, StorageError

GENESIS = "0" * 64
_REMEDY = N_("free some space or choose another folder (ESTRAN_AUDIT_FILE), then start again")


@dataclass(frozen=True)
class Entry:
    """One line: its number from 1, the hash of the line before, when (UTC), what kind of fact, and the fact."""

    number: int
    previous: str
    at: str
    kind: str
    fact: Mapping[str, Any]
    hash: str


@dataclass(frozen=True)
class Verification:
    """What a book holds: its lines, the hash of the last one, and how many bytes after it are torn."""

    entries: int
    last_hash: str
    torn_bytes: int


class Book:
    """The book, open for writing by this process alone. Use it as a context manager."""

    def __init__(self, path: Path) -> None:
        """Open or begin the book at `path`, putting a torn end aside.

        Raises ConflictError when another process writes it, StorageError when it can't be read, written or believed.
        """
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as fault:
            raise _unwritable(path, fault) from fault
        try:
            self._lock()
            self.entries = self._read_and_mend()
        except BaseException:
            os.close(self._descriptor)
            raise

    def __enter__(self) -> Book:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the book."""
        os.close(self._descriptor)

    @property
    def id(self) -> str:
        """What tells this book from any other: the hash of its first line; empty for a book without one."""
        return self.entries[0].hash if self.entries else ""

    def append(self, kind: str, fact: Mapping[str, Any], at: datetime) -> Entry:
        """Write one line and wait until it is on the disk. Raises StorageError; then nothing was written."""
        previous = self.entries[-1].hash if self.entries else GENESIS
        body = {"number": len(self.entries) + 1, "previous": previous, "kind": kind, "fact": fact,
                "at": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")}
        line = {**body, "hash": _hash(body)}
        size = os.fstat(self._descriptor).st_size
        try:
            _write_all(self._descriptor, _canonical(line) + b"\n")
            os.fdatasync(self._descriptor)
        except OSError as fault:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, size)
            raise _unwritable(self.path, fault) from fault
        entry = Entry(**json.loads(_canonical(line)))
        self.entries.append(entry)
        return entry

    def _lock(self) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise ConflictError(
                N_("another controller is writing this book of decisions"), where=str(self.path),
                remedy=N_("stop the other one first; two controllers could promise the same resources twice")) from held

    def _read_and_mend(self) -> list[Entry]:
        content = self.path.read_bytes()
        entries, sound = _entries_of(content, self.path)
        torn = content[sound:]
        if torn:
            aside = self.path.with_name(f"{self.path.name}.torn-{len(entries) + 1}")
            aside.write_bytes(torn)
            os.ftruncate(self._descriptor, sound)
            os.fsync(self._descriptor)
        return entries


def verify(path: Path) -> Verification:
    """Check every hash and link of a book, and change nothing. Raises StorageError naming the first bad line."""
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise StorageError(N_("the book of decisions can't be read: {fault}"), where=str(path), fault=fault.strerror,
                           remedy=N_("give the path of the book (ESTRAN_AUDIT_FILE)")) from fault
    entries, sound = _entries_of(content, path)
    return Verification(len(entries), entries[-1].hash if entries else GENESIS, len(content) - sound)


def _entries_of(content: bytes, path: Path) -> tuple[list[Entry], int]:
    """Return the lines of a book and the number of bytes they take; what is left is a torn end without newline."""
    entries: list[Entry] = []
    sound, previous = 0, GENESIS
    for line in _whole_lines(content):
        entry = _believed(line, len(entries) + 1, previous, path)
        entries.append(entry)
        previous, sound = entry.hash, sound + len(line)
    return entries, sound


def _whole_lines(content: bytes) -> Iterator[bytes]:
    return (line for line in content.splitlines(keepends=True) if line.endswith(b"\n"))


def _believed(line: bytes, number: int, previous: str, path: Path) -> Entry:
    try:
        found = json.loads(line)
        body = {key: value for key, value in found.items() if key != "hash"}
        if found["hash"] == _hash(body) and found["previous"] == previous and found["number"] == number:
            return Entry(**found)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise StorageError(
        N_("line {number} of the book of decisions was changed, lost or added by another hand"),
        where=f"{path}:{number}", number=number,
        remedy=N_("keep this file for an inquiry and put back the last good copy; nothing is decided until then"))


def _write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`: a full disk can take a part of it first."""
    while data:
        data = data[os.write(descriptor, data):]


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _hash(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(body)).hexdigest()


def _unwritable(path: Path, fault: OSError) -> StorageError:
    return StorageError(N_("the book of decisions can't be written: {fault}"), where=str(path),
                        fault=fault.strerror or str(fault), remedy=_REMEDY)
