"""Step one: an engine already here, in our cache or on PATH, at the pinned version."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from toolchain.engines import ENGINES, Engine, Machine
from toolchain.placed import Placed, Way
from toolchain.recipes import RECIPES, Recipe
from toolchain.releases import release_of
from toolchain.store import Store
from toolchain.versions import VersionMemory, beside, on_path, plugin_home


@dataclass(frozen=True)
class Search:
    """Looks for engines without changing anything but the memory of versions. `path` replaces PATH in tests."""

    store: Store
    machine: Machine
    memory: VersionMemory
    path: str | None = None
    recipes: Mapping[str, Recipe] = field(default_factory=lambda: RECIPES)

    def cached(self, engine: Engine, ways: tuple[Way, ...]) -> Placed | None:
        """Return the engine as an earlier run built or downloaded it."""
        keys = [key for way, key in self.keys(engine).items() if way in ways]
        programs = (self.store.find(engine, key) for key in keys)
        program = next((program for program in programs if program is not None), None)
        return None if program is None else Placed(engine.name, engine.version, Way.CACHE, program)

    def on_path(self, engine: Engine) -> Placed | None:
        """Return the engine as the machine has it, at a version that will do."""
        if engine.beside:
            neighbour = on_path(ENGINES[engine.beside], self.memory, self.path)
            program = beside(engine, neighbour)
        elif engine.version_command:
            program = on_path(engine, self.memory, self.path)
        else:
            program = plugin_home(engine) if self.path is None else None
        if program is None:
            return None
        version = self.memory.version_of(engine, program) if engine.version_command else engine.version
        return Placed(engine.name, version, Way.PATH, program)

    def keys(self, engine: Engine) -> dict[Way, str]:
        """Return the content addresses under which the engine may lie in the cache, by the way it would have come."""
        keys = {}
        if engine.name in self.recipes:
            keys[Way.BUILD] = self.recipes[engine.name].key(engine, self.machine)
        release = release_of(engine, self.machine)
        if release is not None:
            described = f"{engine.name} {engine.version} {release.name} {self.machine}"
            keys[Way.DOWNLOAD] = hashlib.sha256(described.encode()).hexdigest()
        return keys
