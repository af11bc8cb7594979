"""`estran namespace list`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ops_cli.commands.namespace.access import kubeconfig_option, needed_kubeconfig, tenant_option
from ops_cli.i18n import _
from ops_cli.options import output_option, site_option
from ops_cli.output import print_rows

if TYPE_CHECKING:
    from infra.inventory.site import Site

IN_TABLE = ("namespace", "decision", "ready", "cpu", "memory", "storage", "gpu")


@click.command("list", help=_("List a tenant's namespaces and requests; without --tenant, everybody's."))
@tenant_option(required=False)
@kubeconfig_option
@site_option
@output_option
def command(site: Site, tenant: str, kubeconfig: str, output: str) -> None:
    from tenancy.client import Client

    client = Client(needed_kubeconfig(kubeconfig, site, tenant))
    rows = [*_file_rows(site, tenant), *map(_row, client.requests(tenant))]
    headings = {
        "tenant": _("tenant"), "namespace": _("namespace"), "request": _("request"), "decision": _("decision"),
        "ready": _("ready"), "cpu": _("cpu"), "memory": _("memory"), "storage": _("storage"), "gpu": _("GPU"),
        "purpose": _("purpose")}
    if output == "table":
        headings = {key: headings[key] for key in IN_TABLE}
        rows = [_worded(row) for row in rows]
    print_rows(rows, headings, output)


def _file_rows(site: Site, only: str) -> list[dict[str, Any]]:
    """Namespaces of the site file: nobody had to ask for them."""
    from infra.inventory.names import namespace_name

    return [
        {"tenant": tenant_id, "namespace": namespace_name(tenant_id, name), "request": None, "decision": "SiteFile",
         "ready": None, **spec.quota.written(), "purpose": spec.purpose}
        for tenant_id, tenant in site.tenants.items() if only in ("", tenant_id)
        for name, spec in tenant.namespaces.items()
    ]


def _row(found: Any) -> dict[str, Any]:
    from tenancy.answer import answer_of_status

    answer, spec = answer_of_status(found), found["spec"]
    return {"tenant": answer.tenant, "namespace": answer.namespace or f"{answer.tenant}-{answer.name}",
            "request": answer.request, "decision": answer.verdict, "ready": answer.ready,
            **{key: spec["quota"].get(key, 0) for key in ("cpu", "memory", "storage", "gpu")},
            "purpose": spec["purpose"]}


def _worded(row: dict[str, Any]) -> dict[str, Any]:
    from ops_cli.commands.namespace.answer_text import VERDICTS

    words = {"SiteFile": _("in the site file"), **{key: _(word) for key, word in VERDICTS.items()}}
    ready = "" if row["ready"] is None else _("yes") if row["ready"] else _("no")
    return {**row, "decision": words[row["decision"]], "ready": ready}
