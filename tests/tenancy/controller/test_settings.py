"""What the controller is told, and the site as its file says now."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.inventory.errors import InventoryError
from tenancy.controller.settings import Settings
from tenancy.controller.site_source import SiteSource
from tenancy.errors import RequestError

TOLD = {"KUBECONFIG": "/k", "ESTRAN_SITE_FILE": "/s", "ESTRAN_AUDIT_FILE": "/a"}


def test_settings_are_read_from_the_environment() -> None:
    found = Settings.of({**TOLD, "ESTRAN_CONTROLLER_HEALTH": "127.0.0.1:1"})

    assert (found.kubeconfig, found.site_file, found.audit_file) == (Path("/k"), Path("/s"), Path("/a"))
    assert found.health == "127.0.0.1:1"
    assert Settings.of(TOLD).health == ""


@pytest.mark.parametrize("missing", sorted(TOLD))
def test_a_missing_variable_is_named(missing: str) -> None:
    with pytest.raises(RequestError, match=f"the variable {missing} is not set"):
        Settings.of({key: value for key, value in TOLD.items() if key != missing})


def test_the_controller_says_what_is_missing_without_a_traceback() -> None:
    environment = {key: value for key, value in os.environ.items() if key not in TOLD}
    done = subprocess.run([sys.executable, "-m", "tenancy.controller"], env=environment, capture_output=True, text=True,
                          check=False, timeout=60)

    assert done.returncode == 8
    assert "KUBECONFIG: the variable KUBECONFIG is not set" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_amended_site_file_counts_from_the_next_look(demo_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(demo_file.read_text("utf-8"), "utf-8")
    source = SiteSource(path)
    before = source.current()
    assert source.current() is before

    amended = demo_file.read_text("utf-8").replace("cpu: 16, memory: 64Gi", "cpu: 18, memory: 64Gi")
    path.write_text(amended, "utf-8")
    assert source.current().tenants["les-sables"].convention.quota.cpu_millicores == 18_000


def test_a_site_file_that_went_bad_decides_nothing(demo_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(demo_file.read_text("utf-8"), "utf-8")
    source = SiteSource(path)
    source.current()
    path.write_text("identity: {", "utf-8")

    for _ in range(2):
        with pytest.raises(InventoryError):
            source.current()
