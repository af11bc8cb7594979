"""The import table of docs/contributor/architecture.md, held by import-linter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import ROOT, modules, tree_of


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache"], cwd=folder,
                          capture_output=True, text=True, check=False)


def test_the_table_is_kept() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


def test_the_table_bites(tmp_path: Path) -> None:
    """A copy in which energy imports click must be refused: the contract is not an empty one."""
    for name in ("energy", "infra", "lab", "ops_cli", "serving", "tenancy", "toolchain"):
        for path in modules(name):
            copy = tmp_path / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    units = tmp_path / "energy" / "units.py"
    units.write_text("import click\n" + units.read_text("utf-8"), "utf-8")
    done = lint(tmp_path)
    assert done.returncode != 0
    assert "energy.units -> click" in done.stdout


def test_every_module_says_what_it_is() -> None:
    import ast

    silent = [str(path.relative_to(ROOT)) for path in modules()
              if path.read_text("utf-8").strip() and not ast.get_docstring(tree_of(path))]
    assert silent == []
