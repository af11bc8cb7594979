"""`estran lab controller`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops_cli.i18n import _
from ops_cli.options import dry_run_option, site_file_option

if TYPE_CHECKING:
    from infra.inventory.site import Site


@click.command("controller", help=_("Start, stop or look at the tenancy controller."))
@click.argument("action", type=click.Choice(("start", "stop", "status")))
@site_file_option
@dry_run_option
def command(action: str, site: Site, site_file: Path, dry_run: bool) -> None:
    from lab import box

    running = box.controller_runs(site.id)
    if action == "status":
        ready = running and box.controller_ready(site, site_file)
        click.echo(_("ready") if ready else _("running, not ready yet") if running else _("stopped"))
    elif running is (action == "start"):
        click.echo(_("Nothing changed."))
    elif dry_run:
        click.echo(_("Would start: {names}").format(names="controller") if action == "start"
                   else _("Would stop: {names}").format(names="controller"))
    elif action == "start":
        click.echo(_("Started: {names}").format(names=", ".join(box.start_controller(site, site_file))))
    else:
        click.echo(_("Stopped: {names}").format(names=", ".join(box.stop_controller(site.id))))
