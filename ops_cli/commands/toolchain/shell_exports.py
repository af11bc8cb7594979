"""Environment as lines for a shell."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

import click


def print_exports(environment: Mapping[str, str]) -> None:
    """Print one `export` line per variable, quoted for POSIX shells."""
    for name, value in environment.items():
        click.echo(f"export {name}={shlex.quote(value)}")
