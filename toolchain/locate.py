"""Where an engine is, for those who run it."""

from __future__ import annotations

from pathlib import Path

from toolchain.engines import ENGINES
from toolchain.errors import N_, MissingToolError
from toolchain.paths import toolchain_dir
from toolchain.store import Store


def engine_path(name: str) -> Path:
    """Return the stable path of an engine's program (`promtool` and other side programs too).

    Raises MissingToolError when no sync has placed it yet.
    """
    engine = next((engine for engine in ENGINES.values() if name in engine.files), None)
    store = Store(toolchain_dir())
    exposed = store.exposed(engine, name) if engine is not None else None
    if exposed is not None:
        return exposed
    raise MissingToolError(N_("The engine {name} is not in the toolchain folder."), where=str(store.bin), name=name,
                           remedy=N_("Run `estran toolchain sync`."))
