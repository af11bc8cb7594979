"""One closed month of the small site, made once; tests that change it work on a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from energy.closing.close import Intent
from energy.closing.inputs import MonthInputs
from infra.inventory.site import Site
from tests.energy.closing.made import close, month_inputs
from tests.energy.small import small_site


@pytest.fixture(scope="session")
def site() -> Site:
    return small_site()


@pytest.fixture(scope="session")
def march(site: Site) -> MonthInputs:
    return month_inputs(site)


@pytest.fixture(scope="session")
def closed_once(site: Site, march: MonthInputs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ledger")
    close(site, folder, march, Intent(final=True))
    return folder


@pytest.fixture
def closed(closed_once: Path, tmp_path: Path) -> Path:
    """A ledger in which March 2012 is closed, for this test alone."""
    return Path(shutil.copytree(closed_once, tmp_path / "ledger"))
