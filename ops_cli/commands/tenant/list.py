"""`estran tenant list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ops_cli.i18n import _
from ops_cli.options import output_option, site_option
from ops_cli.output import print_rows

if TYPE_CHECKING:
    from infra.inventory.site import Site

IN_TABLE = ("tenant", "convention", "ends", "cpu", "memory", "storage", "gpu", "grants")


@click.command("list", help=_("List the tenants of the site and their conventions."))
@site_option
@output_option
def command(site: Site, output: str) -> None:
    rows = [
        {"tenant": tenant_id, "name": tenant.name, "kind": tenant.kind, "parent": tenant.parent,
         "convention": tenant.convention.number, "starts": tenant.convention.starts.isoformat(),
         "ends": tenant.convention.ends.isoformat(), **tenant.convention.quota.written(),
         "grants": " ".join(tenant.convention.grants), "namespaces": len(tenant.namespaces)}
        for tenant_id, tenant in site.tenants.items()
    ]
    headings = {
        "tenant": _("tenant"), "name": _("name"), "kind": _("kind"), "parent": _("parent"),
        "convention": _("convention"), "ends": _("ends"), "cpu": _("cpu"), "memory": _("memory"),
        "storage": _("storage"), "gpu": _("GPU"), "grants": _("rights"), "namespaces": _("namespaces")}
    print_rows(rows, {key: headings[key] for key in IN_TABLE} if output == "table" else headings, output)
