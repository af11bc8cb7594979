"""Step two: the official release, checked against its publisher's checksum and our lock."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from toolchain.checksums import ChecksumLock, matches, published
from toolchain.download import fetch, fetch_text, forget, part_of
from toolchain.engines import Engine
from toolchain.errors import N_, SupplyChainError, UnreachableError, writing
from toolchain.progress import Progress
from toolchain.releases import Release
from toolchain.store import unpack


class StoppedError(Exception):
    """Another download failed or the user interrupted: this one ends here, its part kept for the next run."""


@dataclass(frozen=True)
class Obtainer:
    """Downloads releases into `scratch`, until `stopping` is set.

    A file whose digest is not the publisher's is removed and refused.
    """

    scratch: Path
    lock: ChecksumLock
    progress: Progress
    stopping: threading.Event = field(default_factory=threading.Event)

    def obtain(self, engine: Engine, release: Release) -> Mapping[str, Path]:
        """Return the engine's files (name -> path), checked.

        Raises UnreachableError (what was received is kept for the next run), SupplyChainError, StorageError.
        """
        expected = self._expected(release)
        file = self.scratch / "downloads" / release.name
        if not (file.exists() and matches(file, expected)):
            self._download(release, file, expected)
        self.lock.record(release.upstream, expected)
        return self._files(engine, release, file)

    def _expected(self, release: Release) -> str:
        """Return the digest the file must have: the publisher's, which must agree with the lock; the lock's offline."""
        try:
            said = published(fetch_text(release.checksums), release.name)
        except UnreachableError:
            known = self.lock.known(release.upstream)
            if not known:
                raise
            return known
        self.lock.agree(release.upstream, said)
        return said

    def _download(self, release: Release, file: Path, expected: str) -> None:
        resumed = part_of(file).exists()
        self._fetch(release, file)
        if resumed and not matches(file, expected):
            forget(file)  # the first part may have been of another file: once more, from the start
            self._fetch(release, file)
        if not matches(file, expected):
            forget(file)
            raise SupplyChainError(
                N_("{name} is not the file its publisher describes: its checksum differs."), where=release.url,
                name=release.name, expected=expected,
                remedy=N_("It was removed. Run `estran toolchain sync` again; if it happens twice, the network or the"
                          " mirror alters files: use `--from build`."),
            )

    def _fetch(self, release: Release, file: Path) -> None:
        self.progress.begin(release.name, "bytes", None)
        fetch(release.url, file, lambda done, total: self._advance(release.name, done, total))
        self.progress.end(release.name)

    def _advance(self, name: str, done: float, total: float | None) -> None:
        if self.stopping.is_set():
            raise StoppedError
        self.progress.advance(name, done, total)

    def _files(self, engine: Engine, release: Release, file: Path) -> Mapping[str, Path]:
        with writing(self.scratch):
            into = Path(tempfile.mkdtemp(dir=self.scratch, prefix="unpacked-"))
            if release.archive:
                return unpack(file, engine, into)
            shutil.copyfile(file, into / engine.program)
        return {engine.program: into / engine.program}
