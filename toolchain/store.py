"""The cache of engines: one folder per content, placed whole, with stable names in `bin`."""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from toolchain.engines import Engine
from toolchain.errors import N_, SupplyChainError, writing
from toolchain.files import digest, link, read_json, write_json
from toolchain.paths import PLUGIN_FOLDER

MANIFEST = "manifest.json"
_FILE_LIMIT_BYTES = 1_000_000_000


class Store:
    """Engines under `root`; an entry that lacks a file, or has one of another size or date, does not count."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.bin = root / "bin"

    def entry(self, engine: Engine, key: str) -> Path:
        return self.root / "store" / f"{engine.name}-{engine.version}-{key[:16]}"

    def find(self, engine: Engine, key: str) -> Path | None:
        """Return the engine's main program when its entry is whole."""
        entry = self.entry(engine, key)
        described = read_json(entry / MANIFEST).get("files", {})
        for name in engine.files:
            facts = described.get(name)
            if facts is None or not _same(entry / name, facts):
                return None
        return entry / engine.program

    def place(self, engine: Engine, key: str, files: Mapping[str, Path]) -> Path:
        """Move `files` (name -> where it lies now) into the engine's entry in one step; return the main program."""
        entry = self.entry(engine, key)
        with writing(entry):
            entry.parent.mkdir(parents=True, exist_ok=True)
            staging = Path(tempfile.mkdtemp(dir=entry.parent, prefix=".new-"))
            try:
                self._fill(staging, engine, files)
                shutil.rmtree(entry, ignore_errors=True)
                staging.replace(entry)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
        return entry / engine.program

    def _fill(self, staging: Path, engine: Engine, files: Mapping[str, Path]) -> None:
        described = {}
        for name in engine.files:
            shutil.move(files[name], staging / name)
            (staging / name).chmod(0o755)
            facts = (staging / name).stat()
            described[name] = {"size": facts.st_size, "mtime_ns": facts.st_mtime_ns, "sha256": digest(staging / name)}
        write_json(staging / MANIFEST, {"engine": engine.name, "version": engine.version, "files": described})

    def expose(self, engine: Engine, program: Path) -> None:
        """Give the engine's files their stable names in `bin`; a provider, its place among Pulumi's plugins instead.

        A provider that were on PATH too would be preferred to the plugin, with a warning at each run.
        """
        if plugin := self._plugin_name(engine):
            _hard_link(program, plugin)
            return
        # Pulumi takes the language host that lies beside its own real file; one that it only finds on PATH it uses
        # too, with a warning at each run. So these lie in `bin` themselves.
        place = _hard_link if engine.name.startswith("pulumi") else link
        for name in engine.files:
            place(program.parent / name, self.bin / name)

    def exposed(self, engine: Engine, file: str) -> Path | None:
        """Return the stable name of one of the engine's files when it leads somewhere."""
        name = self._plugin_name(engine) or self.bin / file
        return name if os.access(name, os.X_OK) else None

    def _plugin_name(self, engine: Engine) -> Path | None:
        if not engine.name.startswith("pulumi-resource-"):
            return None
        kind = engine.name.removeprefix("pulumi-")
        return self.root / PLUGIN_FOLDER / f"{kind}-v{engine.version}" / engine.program


def _same(path: Path, facts: Mapping[str, object]) -> bool:
    try:
        found = path.stat()
    except OSError:
        return False
    if found.st_size != facts["size"]:
        return False
    # A copied cache has new dates: only then are its bytes read again.
    return found.st_mtime_ns == facts["mtime_ns"] or digest(path) == facts["sha256"]


def _hard_link(program: Path, name: Path) -> None:
    """Give `program` a second name (Pulumi skips a plugin folder that holds a symbolic link); copy it across disks."""
    with writing(name):
        if not name.is_symlink() and name.exists() and _looks_like(name, program):
            return
        name.parent.mkdir(parents=True, exist_ok=True)
        temporary = name.with_name(f".{name.name}.{os.getpid()}")
        temporary.unlink(missing_ok=True)
        try:
            os.link(program, temporary)
        except OSError:
            shutil.copy2(program, temporary)
        temporary.replace(name)


def _looks_like(one: Path, other: Path) -> bool:
    """True for two names of one file, or for a copy that kept its date."""
    mine, theirs = one.stat(), other.stat()
    return (mine.st_size, mine.st_mtime_ns) == (theirs.st_size, theirs.st_mtime_ns)


def unpack(archive: Path, engine: Engine, into: Path) -> dict[str, Path]:
    """Take the engine's files, and nothing else, out of a tar. Raises SupplyChainError when one is not there."""
    found: dict[str, Path] = {}
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                name = member.name.rpartition("/")[2]
                if name in engine.files and member.isfile() and member.size < _FILE_LIMIT_BYTES:
                    source = tar.extractfile(member)
                    if source is not None:
                        with writing(into), (into / name).open("wb") as target:
                            shutil.copyfileobj(source, target)
                        found[name] = into / name
    except (tarfile.TarError, EOFError) as fault:
        raise _incomplete(archive, engine) from fault
    if set(found) != set(engine.files):
        raise _incomplete(archive, engine)
    return found


def _incomplete(archive: Path, engine: Engine) -> SupplyChainError:
    return SupplyChainError(
        N_("{archive} does not hold what {engine} needs: {files}."), where=str(archive), archive=archive.name,
        engine=engine.name, files=", ".join(engine.files),
        remedy=N_("The release is not as expected; nothing was installed."
                  " Use `--from build`, or ask the publisher."),
    )
