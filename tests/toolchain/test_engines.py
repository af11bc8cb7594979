"""The real engines of this machine: each says that it is what the pins say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from toolchain.engines import ENGINES
from toolchain.environment import engine_environment
from toolchain.locate import engine_path
from toolchain.placed import Way
from toolchain.sync import status, sync
from toolchain.versions import ask

TELLING = [engine.name for engine in ENGINES.values() if engine.version_command]


@pytest.mark.parametrize("name", TELLING)
def test_engine_tells_its_pinned_version(name: str) -> None:
    assert ENGINES[name].accepts(ask(ENGINES[name], engine_path(name)))


def test_pulumi_sees_the_provider_and_no_other_plugin() -> None:
    answer = subprocess.run([engine_path("pulumi"), "plugin", "ls", "--json"], capture_output=True, text=True,
                            check=True, env={**os.environ, **engine_environment()})
    plugins = [(one["name"], one["kind"], one["version"]) for one in json.loads(answer.stdout)]
    assert plugins == [("kubernetes", "resource", ENGINES["pulumi-resource-kubernetes"].version)]


def test_python_host_has_its_scripts_beside_its_real_file() -> None:
    host = engine_path("pulumi-language-python").resolve()
    for name in ENGINES["pulumi-language-python"].files:
        assert os.access(host.parent / name, os.X_OK)


def test_second_sync_finds_everything_and_changes_nothing() -> None:
    found = sync()
    assert {one.way for one in found} <= {Way.PATH, Way.CACHE}
    assert found == status() == sync()


def test_full_cache_needs_no_network(tmp_path: Path) -> None:
    """Every proxy leads nowhere: a sync that asked anybody would fail or wait."""
    nowhere = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "ESTRAN_MIRROR"), "http://127.0.0.1:9")
    answer = subprocess.run([sys.executable, "-m", "ops_cli", "toolchain", "sync", "-o", "json"], capture_output=True,
                            text=True, check=True, env={**os.environ, **nowhere, "GOPROXY": "off"})
    rows = json.loads(answer.stdout)
    assert [row["engine"] for row in rows] == list(ENGINES)
    assert {row["way"] for row in rows} <= {"path", "cache"}


def test_dry_run_places_nothing(tmp_path: Path) -> None:
    bare = {"ESTRAN_TOOLCHAIN_DIR": str(tmp_path / "t"), "PATH": "/nowhere", "PULUMI_HOME": str(tmp_path)}
    answer = subprocess.run(
        [sys.executable, "-m", "ops_cli", "--lang", "en", "toolchain", "sync", "--dry-run", "-o", "csv"],
        capture_output=True, text=True, check=True, env={**os.environ, **bare})
    assert answer.stdout.count(",missing,") == len(ENGINES)
    assert not (tmp_path / "t").exists()


def test_env_is_read_by_a_shell() -> None:
    answer = subprocess.run(["/bin/sh", "-c", f'eval "$({sys.executable} -m ops_cli toolchain env)"; command -v etcd'],
                            capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == str(engine_path("etcd"))
