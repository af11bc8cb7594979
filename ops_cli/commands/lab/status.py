"""`estran lab status`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ops_cli.i18n import _
from ops_cli.options import output_option, site_option

if TYPE_CHECKING:
    from infra.inventory.site import Site


@click.command("status", help=_("Say what runs, on which port and in how much memory."))
@site_option
@output_option
def command(site: Site, output: str) -> None:
    from lab.state import LabState
    from lab.status import status
    from ops_cli.output import print_rows

    rows = [{"component": one.name, "state": _state(one.running, output), "pid": one.pid, "port": one.port,
             "memory_mb": one.memory_mb} for one in status(LabState.load(site.id))]
    headings = {"component": _("component"), "state": _("state"), "pid": "pid", "port": _("port"),
                "memory_mb": _("memory (MB)")}
    print_rows(rows, headings, output)


def _state(running: bool, output: str) -> str:
    """Return a word for people in a table, a stable one for machines elsewhere."""
    if output == "table":
        return _("running") if running else _("stopped")
    return "running" if running else "stopped"
