"""Parts: Parquet tables, each in a file named by the SHA-256 of its bytes. Written once, then shared by closes.

A part that a killed run left behind is found and used by the next one: it has the name that the next one would give it.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from energy.errors import DamagedError, StorageError
from infra.inventory.errors import N_

_ROOM = N_("free some room there, or name another folder with --ledger, then run again")


class Parts:
    """The parts of one ledger, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, table: pa.Table) -> str:
        """Keep a table; return its name. The same rows give the same bytes, so the same name. Raises StorageError."""
        content = parquet_bytes(table)
        name = hashlib.sha256(content).hexdigest()
        path = self.path(name)
        if not path.exists() or path.stat().st_size != len(content):
            write_whole(path, content)
        return name

    def get(self, name: str) -> pa.Table:
        """Return the table kept as `name`. Raises DamagedError when it is gone or its bytes are others."""
        return pq.read_table(io.BytesIO(self.content(name)))

    def content(self, name: str) -> bytes:
        """Return the bytes kept as `name`, checked against it. Raises DamagedError."""
        path = self.path(name)
        try:
            content = path.read_bytes()
        except OSError as fault:
            raise DamagedError(N_("a part of the ledger can't be read: {fault}"), where=str(path),
                               fault=fault.strerror or fault,
                               remedy=N_("bring it back from a copy: `estran energy verify` lists them all"),
                               ) from fault
        if hashlib.sha256(content).hexdigest() != name:
            raise DamagedError(N_("a part of the ledger is not what was written: its content no longer has its name"),
                               where=str(path), remedy=N_("bring it back from the ledger's copy: somebody edited or "
                                                          "truncated it"))
        return content

    def path(self, name: str) -> Path:
        """Return the file of a part."""
        return self.folder / name[:2] / f"{name}.parquet"


def parquet_bytes(table: pa.Table) -> bytes:
    """Return a table as Parquet, the same bytes for the same rows and the same version of the library."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", version="2.6", store_schema=False, row_group_size=1 << 20)
    return buffer.getvalue()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step, synced before it bears its name. Raises StorageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as fault:
        raise StorageError(N_("the ledger can't be written: {fault}"), where=str(path.parent),
                           fault=fault.strerror or fault, remedy=_ROOM) from fault
