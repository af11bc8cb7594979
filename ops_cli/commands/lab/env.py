"""`estran lab env`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops_cli.i18n import _
from ops_cli.options import site_file_option

if TYPE_CHECKING:
    from infra.inventory.site import Site


@click.command("env", help=_("Print the lines that lead a shell to the lab: eval \"$(estran lab env)\"."))
@site_file_option
def command(site: Site, site_file: Path) -> None:
    from lab.state import LabState
    from ops_cli.commands.toolchain.shell_exports import print_exports
    from toolchain.environment import engine_environment

    state = LabState.load(site.id)
    print_exports(engine_environment() | state.environment() | {"ESTRAN_SITE": str(site_file.resolve())})
