"""`estran up`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops_cli.i18n import _
from ops_cli.options import dry_run_option, kubeconfig_option, layers_option, output_option, site_file_option

if TYPE_CHECKING:
    from infra.inventory.site import Site


@click.command("up", help=_("Bring the layers of the site up, in order: platform, tenants, models. "
                            "A second run changes nothing."))
@site_file_option
@layers_option
@kubeconfig_option
@dry_run_option
@click.option("-v", "--verbose", is_flag=True, help=_("Name each resource as it is worked on."))
@output_option
def command(site: Site, site_file: Path, layers: tuple[str, ...], kubeconfig: Path | None, dry_run: bool,
            verbose: bool, output: str) -> None:
    from ops_cli.run.layers import Request, show_outcomes, up_layers
    from ops_cli.run.target import target_of

    request = Request(site, site_file, layers, verbose)
    show_outcomes(up_layers(request, target_of(site, kubeconfig), preview=dry_run), output)
