"""`estran toolchain ...` as a user types it."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import run_estran
from tests.toolchain.publisher import Publisher, program
from toolchain.engines import ENGINES
from toolchain.paths import toolchain_dir


@pytest.fixture
def bare(tmp_path: Path, empty_path: str) -> dict[str, str]:
    """Return the environment of a machine with no engine and no network."""
    return {"ESTRAN_TOOLCHAIN_DIR": str(tmp_path / "toolchain"), "PULUMI_HOME": str(tmp_path), "PATH": empty_path,
            "ESTRAN_MIRROR": "http://127.0.0.1:9"}


def test_status_as_a_table_names_the_way() -> None:
    answer = run_estran("toolchain", "status")
    assert answer.returncode == 0
    assert "already in the cache" in answer.stdout
    for engine in ENGINES:
        assert engine in answer.stdout


def test_status_for_machines_keeps_its_words_in_any_language() -> None:
    rows = json.loads(run_estran("--lang", "fr", "toolchain", "status", "--output", "json").stdout)
    assert [row["engine"] for row in rows] == list(ENGINES)
    assert {row["way"] for row in rows} <= {"path", "cache"}
    table = list(csv.DictReader(io.StringIO(run_estran("toolchain", "status", "-o", "csv").stdout)))
    assert [row["engine"] for row in table] == [row["engine"] for row in rows]
    assert all(Path(row["program"]).exists() for row in table)


def test_status_of_a_bare_machine(bare: dict[str, str]) -> None:
    rows = json.loads(run_estran("toolchain", "status", "-o", "json", env=bare).stdout)
    assert {row["way"] for row in rows} == {"missing"}
    assert not Path(bare["ESTRAN_TOOLCHAIN_DIR"]).exists()


@pytest.mark.parametrize(("way", "code", "text"), [
    ("path", 7, "Missing, and neither downloadable nor buildable here"),
    ("download", 7, "No publisher of releases answers"),
    ("build", 7, "Go is needed to build engines from their modules"),
])
def test_one_way_only(bare: dict[str, str], way: str, code: int, text: str) -> None:
    answer = run_estran("toolchain", "sync", "--from", way, env=bare)
    assert answer.returncode == code, answer.stderr
    assert text in answer.stderr.replace("\n", " ")
    assert "what to do:" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_unknown_way_is_a_usage_error() -> None:
    answer = run_estran("toolchain", "sync", "--from", "torrent")
    assert answer.returncode == 2


def test_way_from_the_environment(bare: dict[str, str]) -> None:
    answer = run_estran("toolchain", "sync", env=bare | {"ESTRAN_TOOLCHAIN_SOURCE": "build"})
    assert "Go is needed to build engines" in answer.stderr


def test_changed_release_exits_as_refused(publisher: Publisher, bare: dict[str, str]) -> None:
    environment = bare | {"ESTRAN_MIRROR": publisher.url}
    release = publisher.publish("kubectl", {"kubectl": program("Client Version: v1.35.4")})
    publisher.files[publisher.path(release.url)] += b"# altered on the way\n"
    answer = run_estran("toolchain", "sync", "--from", "download", env=environment)
    assert answer.returncode in (4, 5), answer.stderr
    assert not list(Path(bare["ESTRAN_TOOLCHAIN_DIR"]).rglob("kubectl"))


def test_messages_in_french(bare: dict[str, str]) -> None:
    answer = run_estran("--lang", "fr", "toolchain", "status", "--help", env=bare)
    assert answer.returncode == 0


def test_copied_folder_serves_a_machine_without_network(bare: dict[str, str], tmp_path: Path) -> None:
    """The whole folder, links and all, at another path: what `cp -a` makes on a closed site."""
    target = Path(bare["ESTRAN_TOOLCHAIN_DIR"])
    target.mkdir()
    for name in ("store", "pulumi-home"):
        shutil.copytree(toolchain_dir() / name, target / name, copy_function=os.link)
    (target / "bin").mkdir()
    machine = bare | {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    answer = run_estran("toolchain", "sync", "-o", "json", env=machine)
    assert answer.returncode == 0, answer.stderr
    assert {row["way"] for row in json.loads(answer.stdout)} <= {"cache", "path"}
    said = subprocess.run([target / "bin" / "etcd", "--version"], capture_output=True, text=True, check=True)
    assert "3.6.5" in said.stdout


def test_import_of_the_command_is_light() -> None:
    """Who only asks where an engine is must not pay for what a sync needs."""
    code = ("import sys; import ops_cli.commands.toolchain.status, toolchain.locate, toolchain.environment;"
            "print([name for name in ('rich', 'requests', 'pulumi', 'kubernetes') if name in sys.modules])")
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
