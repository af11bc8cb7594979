"""Writes docs/operator/commands.md: the help of every command, as it is shown in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from ops_cli.cli import root

PAGE = Path(__file__).resolve().parent.parent / "operator" / "commands.md"
WIDTH = 100
INTRODUCTION = """\
# Every command

Written by `docs/contributor/commands.py`; a test compares it with the code. With `--lang fr` just after `estran`, the same is
shown in French.
"""


def commands(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """Yield a command and all those under it, each with the context that knows its full name."""
    yield command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            under = command.get_command(context, name)
            if under is not None:
                yield from commands(under, context_of(under, name, context))


def context_of(command: click.Command, name: str, parent: click.Context | None = None) -> click.Context:
    """Return a context of a fixed width, so that the page does not depend on a terminal."""
    return click.Context(command, info_name=name, parent=parent, terminal_width=WIDTH, max_content_width=WIDTH)


def page() -> str:
    """Return the whole page."""
    group = root()
    parts = [INTRODUCTION]
    for command, context in commands(group, context_of(group, "estran")):
        text = re.sub(r"[ \t]+$", "", command.get_help(context), flags=re.MULTILINE)
        parts.append(f"## {context.command_path}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
