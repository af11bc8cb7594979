"""`estran lab up`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops_cli.i18n import _
from ops_cli.options import dry_run_option, site_file_option

if TYPE_CHECKING:
    from infra.inventory.site import Site


@click.command("up", help=_("Bring up a real Kubernetes control plane with the site's nodes, on loopback, no root."))
@site_file_option
@click.option("--api-port", type=click.IntRange(1, 65535),
              help=_("Port of the API server; a free one is chosen when not given."))
@click.option("--controller/--no-controller", "with_controller", default=True, show_default=True,
              help=_("Start the tenancy controller too."))
@dry_run_option
def command(site: Site, site_file: Path, api_port: int | None, with_controller: bool, dry_run: bool) -> None:
    from lab import box
    from ops_cli.output import talk_console

    if dry_run:
        names = box.pending(site)
        click.echo(_("Would start: {names}").format(names=", ".join(names)) if names else _("Nothing would change."))
        return
    console = talk_console()
    with console.status(_("lab")) as shown:
        options = box.Options(
            ports={"kube-apiserver": api_port} if api_port else {}, site_file=site_file if with_controller else None,
            tell=lambda step: shown.update(_(step)),
        )
        state, started = box.up(site, options)
    click.echo(_("Started: {names}").format(names=", ".join(started)) if started else _("Nothing changed."))
    console.print(_("The lab of {site} is ready. To reach it: eval \"$(estran lab env --site {site})\"").format(
        site=state.site_id))
