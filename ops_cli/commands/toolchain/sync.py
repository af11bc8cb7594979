"""`estran toolchain sync`."""

from __future__ import annotations

import click

from ops_cli.i18n import _
from ops_cli.options import dry_run_option, output_option


@click.command("sync", help=_("Put every engine in its place: found here, else downloaded and checked, else built."))
@click.option("--from", "way", type=click.Choice(("path", "download", "build")), envvar="ESTRAN_TOOLCHAIN_SOURCE",
              help=_("Only this way."))
@dry_run_option
@output_option
def command(way: str | None, dry_run: bool, output: str) -> None:
    from ops_cli.commands.toolchain.engine_table import print_engines
    from ops_cli.commands.toolchain.sync_display import SyncDisplay
    from toolchain.placed import Way
    from toolchain.sync import ALL_WAYS, Options, status, sync

    options = Options(ways=(Way(way),) if way else ALL_WAYS)
    if dry_run:
        print_engines(status(options), output)
        return
    with SyncDisplay() as display:
        placed = sync(options, display)
    print_engines(placed, output)
