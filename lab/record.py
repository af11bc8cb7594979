"""Small JSON files of the lab's state, written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from infra.inventory.errors import N_
from lab.errors import StorageError


def write_text(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace `path` by `text` in one step; readers see the old or the new file, never a part. Raises StorageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            temporary.chmod(mode)
            temporary.replace(path)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink()
    except OSError as fault:
        raise StorageError(
            N_("The lab's state can't be written: {fault}."), where=str(path), fault=fault.strerror or fault,
            remedy=N_("Free some space or set ESTRAN_CACHE to a folder with room, then run the same command again."),
        ) from fault


def write_json(path: Path, value: Any) -> None:
    """Write `value` as JSON, readable by its owner only."""
    write_text(path, json.dumps(value, indent=1, sort_keys=True) + "\n")


def read_json(path: Path) -> Any:
    """Return the value of a JSON file of the lab. Raises StorageError when the file is not JSON."""
    try:
        return json.loads(path.read_text("utf-8"))
    except ValueError as fault:
        raise StorageError(
            N_("A file of the lab's state is not readable: {fault}."), where=str(path), fault=fault,
            remedy=N_("Run `estran lab down --purge`, then `estran lab up`."),
        ) from fault
