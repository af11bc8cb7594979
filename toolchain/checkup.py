"""What a machine needs to run Estran: looked at one by one, each with the command that cures it."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from toolchain.errors import N_
from toolchain.gotool import GO_WANTED, go_version
from toolchain.paths import cache_dir, toolchain_dir
from toolchain.placed import Placed, Way
from toolchain.sync import Options, status

PYTHON_WANTED = (3, 11)
DISK_TO_BUILD_GB = 11.0
DISK_TO_RUN_GB = 1.0
MEMORY_GB = 1.0


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `needed`: Estran can't do its main job without it. `cure` is a catalogue message."""

    subject: str
    good: bool
    found: str
    needed: bool = True
    cure: str = ""
    figures: Mapping[str, object] = field(default_factory=dict)


def findings(options: Options | None = None) -> list[Finding]:
    """Return everything looked at on this machine, in the order in which to cure it."""
    engines = status(options)
    missing = [placed for placed in engines if placed.way is Way.MISSING]
    return [
        _python(), _cache(), _disk(bool(missing)), _memory(), _loopback(), _program("git"), _locale(),
        _go(needed=any(placed.name != "prometheus" for placed in missing)), *map(_engine, engines),
    ]


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", sys.version_info >= PYTHON_WANTED, found,
                   cure=N_("Install Python {wanted} or newer: `apt-get install python3 python3-venv`."),
                   figures={"wanted": ".".join(map(str, PYTHON_WANTED))})


def _cache() -> Finding:
    folder = _existing(cache_dir())
    return Finding("cache", os.access(folder, os.W_OK), str(cache_dir()),
                   cure=N_("Make {folder} writable for you, or set ESTRAN_CACHE to a folder that is."),
                   figures={"folder": str(folder)})


def _disk(building: bool) -> Finding:
    free = shutil.disk_usage(_existing(toolchain_dir())).free / 1e9
    wanted = DISK_TO_BUILD_GB if building else DISK_TO_RUN_GB
    return Finding("disk", free >= wanted, f"{free:.1f} GB", figures={"wanted": wanted},
                   cure=N_("Free space until {wanted:.0f} GB are left, or set ESTRAN_CACHE to another disk."))


def _memory() -> Finding:
    available = _available_memory_gb()
    return Finding("memory", available >= MEMORY_GB, f"{available:.1f} GB", needed=False, figures={"wanted": MEMORY_GB},
                   cure=N_("The lab takes about half a GB: close other programs until {wanted:.0f} GB are available."))


def _available_memory_gb() -> float:
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    except (ValueError, OSError):  # not told on every system: then nothing is held against it
        return MEMORY_GB


def _loopback() -> Finding:
    try:
        with socket.create_server(("127.0.0.1", 0)):
            return Finding("ports", good=True, found="127.0.0.1")
    except OSError as fault:
        return Finding("ports", good=False, found=str(fault),
                       cure=N_("Bring the loopback interface up: `ip link set lo up`."))


def _program(name: str) -> Finding:
    found = shutil.which(name)
    return Finding(name, found is not None, found or "-", needed=False, figures={"name": name},
                   cure=N_("Install {name}: `apt-get install {name}`."))


def _locale() -> Finding:
    chosen = os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or ""
    utf8 = "utf" in chosen.lower() or sys.flags.utf8_mode == 1 or chosen in ("", "C", "POSIX")  # PEP 538, 540
    return Finding("locale", utf8, chosen or "C", needed=False,
                   cure=N_("Accents need UTF-8: `export LANG=fr_FR.UTF-8` (or C.UTF-8)."))


def _go(needed: bool) -> Finding:
    version = go_version()
    wanted = ".".join(map(str, GO_WANTED))
    return Finding("go", version >= GO_WANTED or not needed, ".".join(map(str, version)) or "-", needed=False,
                   figures={"wanted": wanted},
                   cure=N_("Only where releases can't be downloaded: install Go {wanted} or newer from https://go.dev/dl/."))


def _engine(placed: Placed) -> Finding:
    good = placed.way is not Way.MISSING
    cure = N_("Run `apt-get install prometheus` (any version from 2.42 on), then `estran toolchain sync`.")
    return Finding(placed.name, good, f"{placed.version} ({placed.way})" if good else "-",
                   cure=cure if placed.name == "prometheus" else N_("Run `estran toolchain sync`."))


def _existing(folder: Path) -> Path:
    """Return the nearest folder above (or equal to) `folder` that exists."""
    while not folder.exists():
        folder = folder.parent
    return folder
