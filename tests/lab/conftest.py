"""A lab of the lab's own tests, to be hurt at will: its own cache, the machine's engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.inventory.site import Site
from lab import box, processes
from lab.paths import lab_dir
from toolchain.paths import toolchain_dir


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demo: Site) -> Iterator[Path]:
    """Point this test to an empty cache; afterwards no process of its lab may be left."""
    monkeypatch.setenv("ESTRAN_TOOLCHAIN_DIR", str(toolchain_dir()))
    monkeypatch.setenv("ESTRAN_CACHE", str(tmp_path / "cache"))
    yield tmp_path / "cache"
    box.down(demo.id)
    assert list(processes.marked(lab_dir(demo.id))) == []
