"""Folders of the toolchain: one per user, shared by every site and lab."""

from __future__ import annotations

import os
from pathlib import Path

MODULES = Path(__file__).parent / "modules"
PLUGIN_FOLDER = Path("pulumi-home") / "plugins"


def cache_dir() -> Path:
    """Return `$ESTRAN_CACHE`, else `estran` in the user's cache folder (XDG Base Directory Specification)."""
    if chosen := os.environ.get("ESTRAN_CACHE"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "estran"


def toolchain_dir() -> Path:
    """Return `$ESTRAN_TOOLCHAIN_DIR`, else `toolchain` in the cache folder."""
    if chosen := os.environ.get("ESTRAN_TOOLCHAIN_DIR"):
        return Path(chosen)
    return cache_dir() / "toolchain"
