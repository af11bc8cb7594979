"""Every engine in its place: found, else downloaded and checked, else built from its pinned module."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from toolchain.build import build
from toolchain.checksums import ChecksumLock
from toolchain.engines import ENGINES, Engine, Machine, this_machine
from toolchain.errors import N_, MissingToolError, UnreachableError
from toolchain.files import one_at_a_time
from toolchain.obtain import Obtainer
from toolchain.paths import toolchain_dir
from toolchain.placed import Placed, Way
from toolchain.progress import Progress, Silent
from toolchain.reachability import reachable
from toolchain.recipes import RECIPES, Recipe
from toolchain.releases import Release, release_of
from toolchain.search import Search
from toolchain.store import Store
from toolchain.versions import VersionMemory

ALL_WAYS = (Way.PATH, Way.DOWNLOAD, Way.BUILD)
_PARALLEL_DOWNLOADS = 4


@dataclass(frozen=True)
class Options:
    """How to sync. `ways`: those allowed; `path` and `recipes` replace PATH and the engines' own recipes."""

    root: Path = field(default_factory=toolchain_dir)
    ways: tuple[Way, ...] = ALL_WAYS
    path: str | None = None
    machine: Machine = field(default_factory=this_machine)
    recipes: Mapping[str, Recipe] = field(default_factory=lambda: RECIPES)


def status(options: Options | None = None, names: Iterable[str] = ENGINES) -> list[Placed]:
    """Return each engine as it is now, `missing` where a sync has work to do. Places nothing."""
    return _Sync(options or Options(), Silent()).found([ENGINES[name] for name in names])


def sync(
    options: Options | None = None, progress: Progress | None = None, names: Iterable[str] = ENGINES
) -> list[Placed]:
    """Put every engine in its place and return them in the order of the pins.

    What one run obtained is kept when a later step fails or is interrupted. Raises MissingToolError naming all that
    could not be had, SupplyChainError, UnreachableError, StorageError.
    """
    options = options or Options()
    run = _Sync(options, progress or Silent())
    wanted = [ENGINES[name] for name in names]
    found = run.found(wanted)
    if any(placed.way is Way.MISSING for placed in found):
        with one_at_a_time(options.root / "sync.lock", run.wait_note):
            found = run.complete(wanted)
    for placed in found:
        if placed.program is not None:
            run.store.expose(ENGINES[placed.name], placed.program)
    run.memory.save()
    return found


class _Sync:
    def __init__(self, options: Options, progress: Progress) -> None:
        self.options = options
        self.progress = progress
        self.store = Store(options.root)
        self.memory = VersionMemory(options.root / "versions.json")
        self.search = Search(self.store, options.machine, self.memory, options.path, options.recipes)
        self.scratch = options.root / "work"

    def wait_note(self) -> None:
        self.progress.note(N_("Another `estran toolchain sync` is at work: waiting for it."))

    def found(self, engines: Sequence[Engine]) -> list[Placed]:
        placed = [self._find(engine) for engine in engines]
        if self.options.root.exists():
            self.memory.save()
        return placed

    def _find(self, engine: Engine) -> Placed:
        ways = self.options.ways
        found = self.search.cached(engine, ways)
        unbuildable = Way.DOWNLOAD not in ways and engine.name not in self.options.recipes
        if found is None and (Way.PATH in ways or unbuildable):
            found = self.search.on_path(engine)
        return found or Placed(engine.name, engine.version, Way.MISSING, None)

    def complete(self, engines: Sequence[Engine]) -> list[Placed]:
        """Return all of `engines`, obtaining those that are not here."""
        placed = {one.name: one for one in self.found(engines)}

        def missing() -> list[Engine]:
            return [engine for engine in engines if placed[engine.name].way is Way.MISSING]

        if Way.DOWNLOAD in self.options.ways:
            placed |= {one.name: one for one in self._download(missing())}
        if Way.BUILD in self.options.ways and missing():
            placed |= {one.name: one for one in self._build(missing())}
        if missing():
            raise self._still_missing(missing())
        shutil.rmtree(self.scratch, ignore_errors=True)
        return [placed[engine.name] for engine in engines]

    def _download(self, engines: Sequence[Engine]) -> list[Placed]:
        releases = {engine.name: release for engine in engines
                    if (release := release_of(engine, self.options.machine)) is not None}
        answering = reachable({host for release in releases.values() for host in release.hosts})
        able = [engine for engine in engines if engine.name in releases and releases[engine.name].hosts <= answering]
        if releases and not able:
            self.progress.note(N_("No publisher of releases answers: engines are built from their Go modules."))
        obtainer = Obtainer(self.scratch, ChecksumLock(self.options.root / "checksums.lock.json"), self.progress)

        def one(group: Sequence[Engine]) -> list[Placed]:
            return [self._obtain(obtainer, engine, releases[engine.name]) for engine in group]

        groups: dict[str, list[Engine]] = {}
        for engine in able:  # engines of one file (pulumi and its language host) follow each other
            groups.setdefault(releases[engine.name].url, []).append(engine)
        with ThreadPoolExecutor(_PARALLEL_DOWNLOADS) as threads:
            try:
                return [placed for group in threads.map(one, groups.values()) for placed in group]
            except BaseException:
                obtainer.stopping.set()
                threads.shutdown(wait=False, cancel_futures=True)
                raise

    def _obtain(self, obtainer: Obtainer, engine: Engine, release: Release) -> Placed:
        try:
            files = obtainer.obtain(engine, release)
        except UnreachableError as fault:
            if Way.BUILD not in self.options.ways or engine.name not in self.options.recipes:
                raise
            self.progress.note(fault.what, **fault.figures)
            return Placed(engine.name, engine.version, Way.MISSING, None)
        program = self.store.place(engine, self.search.keys(engine)[Way.DOWNLOAD], files)
        return Placed(engine.name, engine.version, Way.DOWNLOAD, program)

    def _build(self, engines: Sequence[Engine]) -> list[Placed]:
        built = []
        by_module: dict[str, list[Engine]] = {}
        for engine in engines:
            if engine.name in self.options.recipes:
                by_module.setdefault(self.options.recipes[engine.name].module.name, []).append(engine)
        for group in by_module.values():
            made = build(self.options.recipes, group, self.scratch, self.progress)
            for engine in group:
                program = self.store.place(engine, self.search.keys(engine)[Way.BUILD], made[engine.name])
                built.append(Placed(engine.name, engine.version, Way.BUILD, program))
        return built

    def _still_missing(self, engines: Sequence[Engine]) -> MissingToolError:
        names = ", ".join(f"{engine.name} {engine.version}" for engine in engines)
        packages = " ".join(engine.debian_package for engine in engines if engine.debian_package)
        if packages:
            return MissingToolError(
                N_("Missing, and neither downloadable nor buildable here: {names}."), names=names, packages=packages,
                remedy=N_("Run `apt-get install {packages}` (Debian or Ubuntu),"
                          " or allow the network to its publisher."))
        return MissingToolError(
            N_("Missing: {names}."), names=names, where=str(self.options.root),
            remedy=N_("Run `estran toolchain sync` without `--from`, on a machine that reaches the publishers"
                      " or a Go module proxy."))
