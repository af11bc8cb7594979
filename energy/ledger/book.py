"""The closes of a site in their order: each holds the hash of the one before, so that none can be changed unseen."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from energy.errors import ConflictError, DamagedError, StorageError
from energy.ledger.manifest import GENESIS, Close
from energy.ledger.parts import Parts, write_whole
from infra.inventory.errors import N_


class Ledger:
    """The ledger of one site: `parts/`, and `closes/00001-2012-03.json` and so on."""

    def __init__(self, folder: Path, site_id: str) -> None:
        self.folder = folder / site_id
        self.site_id = site_id
        self.parts = Parts(self.folder / "parts")

    def closes(self) -> list[Close]:
        """Return every close, oldest first. Raises DamagedError where the chain is broken."""
        found: list[Close] = []
        previous = GENESIS
        for number, path in enumerate(self._files(), 1):
            close, digest = _read(path)
            expected = self._path(close)
            if (close.sequence, close.previous, expected) != (number, previous, path):
                raise DamagedError(
                    N_("the chain of closes breaks here: this close does not follow the one before it"),
                    where=str(path), remedy=N_("bring the folder back from the ledger's copy: a close was edited, "
                                               "removed or put in"))
            found.append(close)
            previous = digest
        return found

    def latest(self, month: str) -> Close | None:
        """Return the close in force for a month, None while the month is open. Raises DamagedError."""
        return next((close for close in reversed(self.closes()) if close.month == month), None)

    def append(self, close: Close) -> Close:
        """Keep a close at the end of the chain. Raises StorageError, ConflictError when the end has moved."""
        before = self.closes()
        end = before[-1].digest if before else GENESIS
        if (close.sequence, close.previous) != (len(before) + 1, end):
            raise ConflictError(N_("another close came in between"), where=str(self.folder),
                                remedy=N_("run the same command again"))
        write_whole(self._path(close), close.canonical())
        return close

    @contextmanager
    def writing(self, *, wait: bool = False) -> Iterator[None]:
        """Hold the ledger for one close at a time; the lock falls with the process, however it ends.

        Raises ConflictError when another close holds it and `wait` is false, StorageError.
        """
        path = self.folder / ".lock"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as fault:
            raise StorageError(N_("the ledger can't be written: {fault}"), where=str(self.folder),
                               fault=fault.strerror or fault,
                               remedy=N_("name a folder that can be written with --ledger")) from fault
        try:
            self._lock(descriptor, path, wait=wait)
            yield
        finally:
            os.close(descriptor)

    def _lock(self, descriptor: int, path: Path, *, wait: bool) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as fault:
            raise ConflictError(N_("another close of site '{site}' is at work"), where=str(path), site=self.site_id,
                                remedy=N_("wait for its end, or run again with --wait")) from fault

    def _files(self) -> list[Path]:
        return sorted((self.folder / "closes").glob("*.json"))

    def _path(self, close: Close) -> Path:
        return self.folder / "closes" / f"{close.sequence:05d}-{close.month}.json"


def _read(path: Path) -> tuple[Close, str]:
    """Return a close and its digest, which is that of its bytes: it was checked to be what was written."""
    try:
        content = path.read_bytes()
        close = Close.model_validate_json(content)
    except (OSError, ValidationError) as fault:
        raise DamagedError(N_("a close of the ledger can't be read"), where=str(path),
                           remedy=N_("bring the file back from the ledger's copy: it was edited or truncated"),
                           ) from fault
    if close.canonical() != content:
        raise DamagedError(N_("a close of the ledger is not what was written"), where=str(path),
                           remedy=N_("bring the file back from the ledger's copy: somebody edited it"))
    return close, hashlib.sha256(content).hexdigest()
