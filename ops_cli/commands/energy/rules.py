"""`estran energy rules`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops_cli.i18n import _
from ops_cli.options import site_option

if TYPE_CHECKING:
    from infra.inventory.site import Site


@click.command("rules", help=_("Print Prometheus rules made from the site file: live power per site, zone and "
                               "tenant, and alerts where readings stop or the feeds stop closing."))
@click.option("--into", type=click.Path(dir_okay=False, path_type=Path), help=_("Write the file here instead."))
@site_option
def command(site: Site, into: Path | None) -> None:
    from energy.monitoring.rule_file import rule_file

    text = rule_file(site)
    if into is None:
        sys.stdout.write(text)
        return
    into.write_text(text, "utf-8")
    click.echo(_("written: {path}").format(path=into), err=True)
