"""What programs say of their version, and the memory of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.engines import ENGINES, Engine
from toolchain.versions import VersionMemory, ask, beside, on_path, plugin_home

TELLER = Engine("teller", "1.2.3", ("teller",), ("version",))


def _teller(folder: Path, script: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "teller"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(("script", "version"), [
    ("echo v1.2.3", "1.2.3"),
    ("echo 'Kubernetes v1.35.4'", "1.35.4"),
    ("echo 'etcd Version: 3.6.5'; echo 'Git SHA: abc'; echo 'Go Version: go1.26.8'", "3.6.5"),
    ("echo 'prometheus, version 2.42.0+ds (branch: debian/sid, revision: 2.42.0+ds-5)'", "2.42.0"),
    ("echo 'kwok version v0.8.0 go1.26.8 (linux/amd64)'", "0.8.0"),
    ("echo v1.2.3 >&2", "1.2.3"),
    ("echo nothing", ""),
    ("echo v1.2.3; exit 3", ""),
    ("exit 0", ""),
    ("kill -9 $$", ""),
])
def test_first_version_printed_counts(tmp_path: Path, script: str, version: str) -> None:
    assert ask(TELLER, _teller(tmp_path, script)) == version


def test_program_that_is_no_program(tmp_path: Path) -> None:
    path = tmp_path / "teller"
    path.write_bytes(b"\x7fELF but not really")
    path.chmod(0o755)
    assert ask(TELLER, path) == ""


def test_engine_without_a_version_command_is_never_run(tmp_path: Path) -> None:
    path = _teller(tmp_path, f"touch {tmp_path}/was-run; echo v1.2.3")
    assert ask(Engine("teller", "1.2.3", ("teller",)), path) == ""
    assert not (tmp_path / "was-run").exists()


def test_memory_survives_and_notices_a_change(tmp_path: Path) -> None:
    program = _teller(tmp_path / "bin", f"echo x >> {tmp_path}/asked; echo v1.2.3")
    for _run in range(2):
        memory = VersionMemory(tmp_path / "versions.json")
        assert memory.version_of(TELLER, program) == memory.version_of(TELLER, program) == "1.2.3"
        memory.save()
    assert (tmp_path / "asked").read_text() == "x\n"
    os.utime(program, ns=(1, 1))
    VersionMemory(tmp_path / "versions.json").version_of(TELLER, program)
    assert (tmp_path / "asked").read_text() == "x\nx\n"


def test_memory_is_not_written_when_nothing_was_learned(tmp_path: Path) -> None:
    VersionMemory(tmp_path / "versions.json").save()
    assert not (tmp_path / "versions.json").exists()


def test_damaged_memory_is_as_none(tmp_path: Path) -> None:
    (tmp_path / "versions.json").write_text("{not json")
    assert VersionMemory(tmp_path / "versions.json").version_of(TELLER, _teller(tmp_path, "echo v1.2.3")) == "1.2.3"


def test_link_on_path_is_followed_to_the_real_file(tmp_path: Path) -> None:
    real = _teller(tmp_path / "real", "echo v1.2.3")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "teller").symlink_to(real)
    assert on_path(TELLER, VersionMemory(tmp_path / "v.json"), str(tmp_path / "bin")) == real


def test_neighbour_must_be_executable(tmp_path: Path) -> None:
    host = ENGINES["pulumi-language-python"]
    for name in host.files:
        (tmp_path / name).write_text("x")
    assert beside(host, tmp_path / "pulumi") is None
    for name in host.files:
        (tmp_path / name).chmod(0o755)
    assert beside(host, tmp_path / "pulumi") == tmp_path / "pulumi-language-python"
    assert beside(host, None) is None


def test_provider_of_the_user_s_own_pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))
    engine = ENGINES["pulumi-resource-kubernetes"]
    assert plugin_home(engine) is None
    for version in ("4.26.0", engine.version):
        folder = tmp_path / "plugins" / f"resource-kubernetes-v{version}"
        folder.mkdir(parents=True)
        (folder / engine.program).write_text("x")
        (folder / engine.program).chmod(0o755)
    found = plugin_home(engine)
    assert found is not None
    assert found.parent.name == f"resource-kubernetes-v{engine.version}"


@given(major=st.integers(0, 9), minor=st.integers(0, 99), patch=st.integers(0, 99), build=st.sampled_from(["", "+ds"]))
def test_oldest_is_compared_as_numbers(major: int, minor: int, patch: int, build: str) -> None:
    engine = Engine("p", "3.5.0", ("p",), oldest="2.42")
    assert engine.accepts(f"{major}.{minor}.{patch}{build}") is ((major, minor) >= (2, 42))


def test_no_version_is_older_than_any() -> None:
    assert not Engine("p", "3.5.0", ("p",), oldest="2.42").accepts("")


def test_memory_holds_no_more_than_it_needs(tmp_path: Path) -> None:
    memory = VersionMemory(tmp_path / "v.json")
    program = _teller(tmp_path, "echo v1.2.3")
    memory.version_of(TELLER, program)
    memory.save()
    facts = program.stat()
    assert json.loads((tmp_path / "v.json").read_text()) == {str(program): [facts.st_size, facts.st_mtime_ns, "1.2.3"]}
