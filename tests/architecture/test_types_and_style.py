"""mypy strict and ruff, run here too so that a red one is a red test."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT


@pytest.mark.parametrize("command", [("mypy",), ("ruff", "check", ".")], ids=lambda command: command[0])
def test_clean(command: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
