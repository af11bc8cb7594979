"""`estran site check FILE`."""

from __future__ import annotations

import click

from ops_cli.i18n import N_, _
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
        N_("nodes"): len(site.nodes), N_("GPUs"): sum(node.gpu_count for node in site.nodes.values()),
        N_("racks"): len(site.enclosures.racks), N_("tanks"): len(site.enclosures.tanks),
        N_("outlets"): len(site.power.outlets), N_("meters"): len(site.meters), N_("tenants"): len(site.tenants),
        N_("models"): len(site.models), N_("CPU for tenants"): capacity["cpu"],
        N_("memory for tenants"): capacity["memory"], N_("storage for tenants"): capacity["storage"],
    }
    shown = _ if output == "table" else str  # machines get the same words in every language
    rows = [{"fact": shown(fact), "value": value} for fact, value in counts.items()]
    title = _("{file}: site '{name}' is consistent").format(file=path.name, name=site.identity.name)
    print_rows(rows, {"fact": _("fact"), "value": _("value")}, output, title=title)
