"""Parts that are named but not kept: for replays, and for what would be if a close were made."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from energy.ledger.parts import Parts, parquet_bytes


class Shadow(Parts):
    """Parts that are named but not kept: what is put stays in memory, what was kept before is read from the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._made: dict[str, bytes] = {}

    def put(self, table: pa.Table) -> str:
        content = parquet_bytes(table)
        name = hashlib.sha256(content).hexdigest()
        self._made[name] = content
        return name

    def get(self, name: str) -> pa.Table:
        made = self._made.get(name)
        return super().get(name) if made is None else pq.read_table(io.BytesIO(made))
