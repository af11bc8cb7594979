"""The project's own Python, as files and as syntax trees."""

from __future__ import annotations

import ast
import functools
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("energy", "infra", "lab", "ops_cli", "serving", "tenancy", "toolchain")


@functools.cache
def modules(*rooms: str) -> tuple[Path, ...]:
    """Return the modules of `rooms` (default: all of ours), sorted."""
    return tuple(sorted(path for room in rooms or ROOMS for path in (ROOT / room).rglob("*.py")))


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def lines_of(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def place(path: Path, node: ast.AST | None = None) -> str:
    """Return `file:line` relative to the project, for a message."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"
