"""Folders of the lab: one per site, in the user's cache, readable by the user only."""

from __future__ import annotations

from pathlib import Path

from infra.inventory.paths import cache_dir


def labs_dir() -> Path:
    """Return the folder that holds every lab of this user."""
    return cache_dir() / "lab"


def lab_dir(site_id: str) -> Path:
    """Return the folder of one site's lab."""
    return labs_dir() / site_id
