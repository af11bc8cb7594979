"""`estran toolchain env`."""

from __future__ import annotations

import click

from ops_cli.i18n import _


@click.command("env", help=_("Print the lines that put the engines on PATH: eval \"$(estran toolchain env)\"."))
def command() -> None:
    from ops_cli.commands.toolchain.shell_exports import print_exports
    from toolchain.environment import engine_environment

    print_exports(engine_environment())
