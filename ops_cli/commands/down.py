"""`estran down`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops_cli.i18n import _
from ops_cli.options import dry_run_option, kubeconfig_option, layers_option, output_option, site_file_option

if TYPE_CHECKING:
    from infra.inventory.site import Site


@click.command("down", help=_("Take the layers of the site down, in reverse order. Tenants' namespaces go with "
                              "what is in them: it asks first."))
@site_file_option
@layers_option
@kubeconfig_option
@dry_run_option
@click.option("--yes", is_flag=True, help=_("Don't ask."))
@output_option
def command(site: Site, site_file: Path, layers: tuple[str, ...], kubeconfig: Path | None, dry_run: bool,
            yes: bool, output: str) -> None:
    from ops_cli.run.layers import Request, down_layers, show_outcomes
    from ops_cli.run.target import target_of

    if not (yes or dry_run):
        click.confirm(_("Delete {layers} of site '{site}', and all data in them?").format(
            layers=", ".join(layers), site=site.id), abort=True, err=True)
    request = Request(site, site_file, layers)
    show_outcomes(down_layers(request, target_of(site, kubeconfig), preview=dry_run), output)
