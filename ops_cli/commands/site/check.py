"""`estran site check FILE`."""

from __future__ import annotations

import click

from ops_cli.i18n import _
from ops_cli.options import output_option, site_path
from ops_cli.output import print_rows


@click.command("check", help=_("Read a site file and list every problem with its line (exit code 3 when there are)."))
@click.argument("file", default="demo")
@output_option
def command(file: str, output: str) -> None:
    from infra.inventory.load import load_site

    path = site_path(file)
    site = load_site(path)
    capacity = site.capacity().written()
    counts = {
        _("nodes"): len(site.nodes), _("GPUs"): sum(node.gpu_count for node in site.nodes.values()),
        _("racks"): len(site.enclosures.racks), _("tanks"): len(site.enclosures.tanks),
        _("outlets"): len(site.power.outlets), _("meters"): len(site.meters), _("tenants"): len(site.tenants),
        _("models"): len(site.models), _("CPU for tenants"): capacity["cpu"],
        _("memory for tenants"): capacity["memory"], _("storage for tenants"): capacity["storage"],
    }
    rows = [{"fact": fact, "value": value} for fact, value in counts.items()]
    title = _("{file}: site '{name}' is consistent").format(file=path.name, name=site.identity.name)
    print_rows(rows, {"fact": _("fact"), "value": _("value")}, output, title=title)
