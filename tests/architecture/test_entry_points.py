"""The two commands of the README, and what CI runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

SYSTEM = ROOT / "toolchain" / "system.sh"


def make(*targets: str) -> str:
    return subprocess.run(["make", "--dry-run", "--always-make", *targets], cwd=ROOT, capture_output=True, text=True,
                          check=True).stdout


def test_ci_runs_what_the_readme_says() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "\nmake test\n" in script.read_text("utf-8")
    assert "make demo\nmake test\n" in (ROOT / "README.md").read_text("utf-8")


def test_make_test_prepares_checks_and_tests() -> None:
    said = make("test")
    order = ["system.sh", "--require-hashes", "pybabel", "ruff check", "mypy", "lint-imports", "toolchain sync",
             "bin/pytest"]
    places = [said.index(word) for word in order]
    assert places == sorted(places)


def test_make_demo_sets_up_first() -> None:
    said = make("demo")
    assert said.index("--require-hashes") < said.index("estran demo")


def test_packages_are_installed_by_hash_only() -> None:
    installs = [line for line in make("test").splitlines() if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)


def system(tmp_path: Path, python: str, path: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["/bin/bash", str(SYSTEM), python, str(tmp_path / "cache")], capture_output=True, text=True,
                          check=False, env={"PATH": path})


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A PATH with the shell's own tools and a prometheus, without apt."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("id", "mktemp", "rm", "mkdir", "printf"):
        (folder / name).symlink_to(f"/usr/bin/{name}")
    (folder / "prometheus").symlink_to("/bin/true")
    return folder


def fake_python(folder: Path, body: str) -> str:
    file = folder / "python-of-the-test"
    file.write_text(f"#!/bin/sh\n{body}\n", "utf-8")
    file.chmod(0o755)
    return str(file)


def test_a_python_too_old_is_refused_with_the_command_that_cures_it(tmp_path: Path, bare: Path) -> None:
    done = system(tmp_path, fake_python(bare, "exit 1"), str(bare))
    assert done.returncode == 7
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr


def test_a_python_without_venv_is_refused_where_nothing_can_be_installed(tmp_path: Path, bare: Path) -> None:
    done = system(tmp_path, fake_python(bare, 'case "$2" in *ensurepip*) exit 1;; esac'), str(bare))
    assert done.returncode == 7
    assert "apt-get install python3-venv" in done.stderr


def test_a_machine_that_has_all_is_left_alone(tmp_path: Path, bare: Path) -> None:
    done = system(tmp_path, sys.executable, str(bare))
    assert (done.returncode, done.stdout) == (0, "")
    assert not (tmp_path / "cache").exists()
