"""The doctor: what is missing, whether it matters, and the command that cures it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from toolchain import checkup
from toolchain.checkup import Finding, findings
from toolchain.engines import ENGINES
from toolchain.placed import Way
from toolchain.sync import Options


@pytest.fixture
def bare(tmp_path: Path, empty_path: str, monkeypatch: pytest.MonkeyPatch) -> Options:
    """Return a machine without engines."""
    monkeypatch.setenv("ESTRAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "no-pulumi"))
    return Options(tmp_path / "toolchain", (Way.PATH,), empty_path)


def _by_subject(found: list[Finding]) -> dict[str, Finding]:
    return {one.subject: one for one in found}


def test_every_engine_is_looked_at(bare: Options) -> None:
    found = _by_subject(findings(bare))
    assert set(ENGINES) <= set(found)
    assert {"python", "cache", "disk", "memory", "ports", "git", "locale", "go"} <= set(found)
    assert not any(found[name].good for name in ENGINES)
    assert found["etcd"].cure == "Run `estran toolchain sync`."
    assert "apt-get install prometheus" in found["prometheus"].cure


def test_every_bad_finding_has_a_cure(bare: Options) -> None:
    for one in findings(bare):
        assert one.good or one.cure.format(**one.figures), one.subject


def test_full_disk_is_found(bare: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "DISK_TO_BUILD_GB", 1e9)
    disk = _by_subject(findings(bare))["disk"]
    assert not disk.good
    assert disk.needed
    assert "ESTRAN_CACHE" in disk.cure


def test_go_matters_only_where_engines_are_missing(bare: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "go_version", lambda: ())
    go = _by_subject(findings(bare))["go"]
    assert not go.good
    assert not go.needed
    assert "https://go.dev/dl/" in go.cure


@pytest.mark.parametrize(("value", "good"), [("fr_FR.UTF-8", True), ("C", True), ("fr_FR.ISO-8859-1", False)])
def test_locale(bare: Options, monkeypatch: pytest.MonkeyPatch, value: str, good: bool) -> None:
    monkeypatch.setenv("LC_ALL", value)
    assert _by_subject(findings(bare))["locale"].good is good


def test_cache_that_can_t_be_written(bare: Options, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup.os, "access", lambda *_arguments: False)
    cache = _by_subject(findings(bare))["cache"]
    assert not cache.good
    assert cache.needed
    assert "ESTRAN_CACHE" in cache.cure


def _estran(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "ops_cli", "--lang", "en", *arguments], capture_output=True, text=True,
                          check=False, env={**os.environ, **environment})


def test_doctor_exits_7_and_names_the_cure(tmp_path: Path) -> None:
    answer = _estran("doctor", "--output", "json", ESTRAN_TOOLCHAIN_DIR=str(tmp_path), PATH="/nowhere",
                     PULUMI_HOME=str(tmp_path))
    assert answer.returncode == 7, answer.stderr
    rows = {row["subject"]: row for row in json.loads(answer.stdout)}
    assert rows["etcd"]["state"] == "missing"
    assert rows["etcd"]["cure"] == "Run `estran toolchain sync`."
    assert rows["git"]["state"] == "advised"
    assert rows["python"]["state"] == "good"


def test_doctor_is_content_with_a_prepared_machine() -> None:
    answer = _estran("doctor", "--output", "csv")
    assert answer.returncode == 0, answer.stdout
    assert "missing" not in answer.stdout
