"""TSDB blocks of one month, kept under the hash of what they were made from: made once, then only looked up."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

import lab.history
import lab.plant
from infra.inventory.errors import N_
from infra.inventory.paths import cache_dir
from infra.inventory.site import Site
from lab.errors import MissingToolError, StorageError
from lab.history.openmetrics import unheard, write_month
from lab.plant.model import run

# One block per month: with the default of two hours promtool parses the whole text once per block.
BLOCK_DURATION = "744h"
SHARE_WRITING = 0.4  # of the whole time, for the progress bar

MAKING = ".making-"

Progress = Callable[[float], None]


@dataclass(frozen=True)
class History:
    """A month ready to be served: a folder of TSDB blocks, and the plant's truth in JSON."""

    site_id: str
    month: str
    blocks_dir: Path
    truth_file: Path


def prepare(site: Site, month: str, progress: Progress = unheard, keep_in: Path | None = None) -> History:
    """Return the blocks of a month of the site, made now unless they are kept already. `progress` hears the share done.

    Raises EnergyError (not a month), MissingToolError (no promtool), StorageError (no room left).
    """
    folder = (keep_in or cache_dir() / "history") / _hash_of(site, month)
    history = History(site.id, month, folder / "blocks", folder / "truth.json")
    if not history.truth_file.exists():
        try:
            _make(site, month, folder, progress)
        except OSError as fault:
            raise StorageError(N_("the lab's history can't be written: {fault}"), where=str(folder.parent),
                               fault=fault.strerror or fault,
                               remedy=N_("free 1 GB, or set ESTRAN_CACHE to a folder with room")) from fault
    progress(1.0)
    return history


def _hash_of(site: Site, month: str) -> str:
    """Return the name under which a month is kept: it changes with site, month, the model's source and its data."""
    digest = hashlib.sha256(json.dumps([site.model_dump(mode="json"), month], sort_keys=True).encode())
    for package in (lab.plant, lab.history):
        for source in sorted(path for path in Path(package.__path__[0]).rglob("*") if path.suffix in (".py", ".csv")):
            digest.update(source.read_bytes())
    return digest.hexdigest()[:20]


def _make(site: Site, month: str, folder: Path, progress: Progress) -> None:
    program("promtool")  # before minutes of work: is it here?
    plant = run(site, month)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _forget_killed(folder.parent)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f"{MAKING}{os.getpid()}-") as making:
        text, made = Path(making) / "month.om", Path(making) / "made"
        made.mkdir()
        write_month(plant, text, lambda done: progress(SHARE_WRITING * done))
        create_blocks(text, made / "blocks")
        (made / "truth.json").write_text(json.dumps(plant.truth, indent=1, sort_keys=True) + "\n", "utf-8")
        _publish(made, folder)


def _forget_killed(kept: Path) -> None:
    """Remove what runs left that were killed while they made a month."""
    for unfinished in kept.glob(f"{MAKING}*"):
        owner = unfinished.name.removeprefix(MAKING).split("-")[0]
        if not (owner.isdecimal() and psutil.pid_exists(int(owner))):
            shutil.rmtree(unfinished, ignore_errors=True)


def _publish(made: Path, folder: Path) -> None:
    """Move what was made to its place; another run that was quicker made the same."""
    try:
        made.rename(folder)
    except OSError:
        if not (folder / "truth.json").exists():
            raise


def create_blocks(text: Path, blocks: Path) -> None:
    """Make TSDB blocks in the folder `blocks` from an OpenMetrics file. Raises MissingToolError, StorageError."""
    promtool = program("promtool")
    done = subprocess.run(
        [promtool, "tsdb", "create-blocks-from", "openmetrics", f"--max-block-duration={BLOCK_DURATION}", "--quiet",
         text, blocks], capture_output=True, text=True, check=False, env={"PATH": os.environ.get("PATH", ""),
                                                                           "TMPDIR": str(text.parent)})
    if done.returncode:
        raise StorageError(N_("promtool could not make the blocks: {reason}"), where=str(promtool),
                           reason=done.stderr.strip()[-500:] or done.returncode,
                           remedy=N_("free 1 GB in the cache, check the version of promtool (2.42 works), run again"))


def program(name: str) -> Path:
    """Return `prometheus` or `promtool`: from PATH, else from the toolchain. Raises MissingToolError."""
    on_path = shutil.which(name)
    if on_path:
        return Path(on_path)
    from toolchain.errors import MissingToolError as NotSynced
    from toolchain.locate import engine_path

    try:
        return engine_path(name)
    except NotSynced as fault:
        raise MissingToolError(N_("{name} is not on this machine"), where=name, name=name,
                               remedy=N_("install it (Debian: apt-get install prometheus), or `estran toolchain sync`"),
                               ) from fault
