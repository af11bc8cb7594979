"""A publisher, an empty toolchain folder, and syncs that touch neither the machine's PATH nor the internet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.toolchain.publisher import LINUX, Publisher
from toolchain.placed import Way
from toolchain.sync import Options


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    with Publisher() as server:
        monkeypatch.setenv("ESTRAN_MIRROR", server.url)
        yield server


@pytest.fixture
def empty_path(tmp_path: Path) -> str:
    folder = tmp_path / "nothing-on-path"
    folder.mkdir()
    return str(folder)


@pytest.fixture
def download_only(tmp_path: Path, empty_path: str) -> Options:
    return Options(root=tmp_path / "toolchain", ways=(Way.DOWNLOAD,), path=empty_path, machine=LINUX)
