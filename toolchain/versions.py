"""Which version a program is, asked of the program itself and remembered by its size and time of change."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from toolchain.engines import Engine
from toolchain.files import read_json, write_json

_VERSION = re.compile(r"v?(\d+\.\d+\.\d+)")
_ASK_TIMEOUT_S = 20


class VersionMemory:
    """Versions already asked, kept in a file: running ten programs takes a second, reading their dates takes none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Any] = read_json(path)
        self._changed = False

    def version_of(self, engine: Engine, program: Path) -> str:
        """Return the version that `program` says it is; empty when it says none or can't run."""
        facts = program.stat()
        identity = [facts.st_size, facts.st_mtime_ns]
        key = str(program)
        remembered = self._known.get(key)
        if remembered and remembered[:2] == identity:
            return str(remembered[2])
        version = ask(engine, program)
        self._known[key] = [*identity, version]
        self._changed = True
        return version

    def save(self) -> None:
        """Write what was learned, if anything was."""
        if self._changed:
            write_json(self._path, self._known)
            self._changed = False


def ask(engine: Engine, program: Path) -> str:
    """Run the program's own version command and return the first version it prints; empty when there is none."""
    if not engine.version_command:
        return ""
    quiet = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run([program, *engine.version_command], capture_output=True, text=True, check=False,
                                timeout=_ASK_TIMEOUT_S, env=quiet, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = _VERSION.search(answer.stdout + answer.stderr)
    return found.group(1) if found and answer.returncode == 0 else ""


def on_path(engine: Engine, memory: VersionMemory, search: str | None = None) -> Path | None:
    """Return the engine's program on PATH (or `search`) when its version will do and its files lie beside it."""
    if engine.version_command:
        program = _which(engine.program, search)
        if program is None or not engine.accepts(memory.version_of(engine, program)):
            return None
        return program if _complete(engine, program) else None
    return None


def beside(engine: Engine, neighbour: Path | None) -> Path | None:
    """Return the engine's program in the folder of `neighbour`, when all its files are there."""
    if neighbour is None:
        return None
    program = neighbour.parent / engine.program
    return program if _complete(engine, program) else None


def plugin_home(engine: Engine) -> Path | None:
    """Return the provider already installed at the pinned version in the user's own Pulumi plugin folder."""
    home = Path(os.environ.get("PULUMI_HOME") or "~/.pulumi").expanduser()
    kind = engine.name.removeprefix("pulumi-")
    program = home / "plugins" / f"{kind}-v{engine.version}" / engine.program
    return program if _complete(engine, program) else None


def _which(program: str, search: str | None) -> Path | None:
    found = shutil.which(program, path=search)
    return Path(found).resolve() if found else None


def _complete(engine: Engine, program: Path) -> bool:
    return all(os.access(program.parent / name, os.X_OK) for name in engine.files)
