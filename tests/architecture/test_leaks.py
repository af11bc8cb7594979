"""What must not be in a repository that strangers clone."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.architecture.sources import ROOT

# Written in pieces, so that this file does not find itself.
LEAKS = {
    "a path of one machine": r"(?<![\w.$])/(?:work|farm|ro" + r"ot)/[\w.]",
    "the address of a registry": "|".join(
        "".join(pieces) for pieces in (("python.?hos", r"ted\."), ("registry.np", r"mjs"), ("proxy.gol", "ang"),
                                       ("sum.gol", "ang"), ("deb.deb", r"ian\."), ("repo.ma", "ven"))),
    "an index in a lock file": r"^--(?:extra-)?index-" + "url",
}


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True,
                            check=True)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def text_of(name: str) -> str:
    try:
        return (ROOT / name).read_text("utf-8")
    except UnicodeDecodeError:
        return ""


@pytest.mark.parametrize("what", LEAKS)
def test_nothing_leaks(what: str) -> None:
    pattern = re.compile(LEAKS[what], re.MULTILINE)
    assert [name for name in tracked() if pattern.search(text_of(name))] == []


def test_every_locked_package_has_hashes() -> None:
    lines = (ROOT / "requirements" / "all.txt").read_text("utf-8")
    pinned = re.findall(r"^[a-z0-9].*==\S+ \\$", lines, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^[a-z0-9][\w.-]*==", lines, re.MULTILINE)) > 50


def test_no_stub_is_left() -> None:
    stub = re.compile("raise NotImplemented" + r"Error|\bTO" + r"DO\b|\bFIX" + r"ME\b")
    assert [name for name in tracked() if name.endswith(".py") and stub.search(text_of(name))] == []


def test_every_test_file_is_collected() -> None:
    helpers = {"conftest.py", "__init__.py"}
    strange = [name for name in tracked() if name.startswith("tests/") and name.endswith(".py")
               and "def test_" in text_of(name) and not name.split("/")[-1].startswith("test_")
               and name.split("/")[-1] not in helpers]
    assert strange == []


def test_no_test_sleeps_or_is_skipped() -> None:
    pattern = re.compile("time.sle" + r"ep\(|mark\.(?:sk" + "ip|xf" + r"ail)\b|pytest\.sk" + r"ip\(")
    assert [name for name in tracked() if name.startswith("tests/") and pattern.search(text_of(name))] == []
