"""`estran toolchain status`."""

from __future__ import annotations

import click

from ops_cli.i18n import _
from ops_cli.options import output_option


@click.command("status", help=_("Say where each engine is; nothing is changed."))
@output_option
def command(output: str) -> None:
    from ops_cli.commands.toolchain.engine_table import print_engines
    from toolchain.sync import status

    print_engines(status(), output)
