"""Where the shipped sites are, and where Estran keeps what it can rebuild and what it can't."""

from __future__ import annotations

import os
from pathlib import Path

SITES_DIR = Path(__file__).resolve().parent.parent / "sites"


def cache_dir() -> Path:
    """Return Estran's cache folder: `ESTRAN_CACHE`, else `XDG_CACHE_HOME/estran`, else `~/.cache/estran`."""
    if chosen := os.environ.get("ESTRAN_CACHE"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "estran"


def data_dir() -> Path:
    """Return where Estran keeps what it can't rebuild: `XDG_DATA_HOME/estran`, else `~/.local/share/estran`."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "estran"
