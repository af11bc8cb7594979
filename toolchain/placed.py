"""What a sync found or made: one engine, where it is, and which way it came."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Way(StrEnum):
    """How an engine came to its place."""

    PATH = "path"
    CACHE = "cache"
    DOWNLOAD = "download"
    BUILD = "build"
    MISSING = "missing"


@dataclass(frozen=True)
class Placed:
    """One engine after a sync; `program` is its main file, None when it is missing."""

    name: str
    version: str
    way: Way
    program: Path | None
