"""`estran lab down`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ops_cli.i18n import _
from ops_cli.options import dry_run_option, site_option

if TYPE_CHECKING:
    from infra.inventory.site import Site


@click.command("down", help=_("Stop every process of the lab; what it holds is kept for the next `lab up`."))
@site_option
@click.option("--purge", is_flag=True, help=_("Remove what it holds too: cluster, keys, Pulumi state."))
@dry_run_option
def command(site: Site, purge: bool, dry_run: bool) -> None:
    from lab import box
    from lab.paths import lab_dir
    from lab.processes import running

    names = list(running(lab_dir(site.id))) if dry_run else box.down(site.id, purge=purge)
    text = _("Would stop: {names}") if dry_run else _("Stopped: {names}")
    click.echo(text.format(names=", ".join(names)) if names else _("Nothing was running."))
    if purge:
        folder = lab_dir(site.id)
        click.echo((_("Would remove: {folder}") if dry_run else _("Removed: {folder}")).format(folder=folder))
