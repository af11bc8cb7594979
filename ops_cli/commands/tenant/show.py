"""`estran tenant show`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from ops_cli.commands.namespace.access import find_kubeconfig, kubeconfig_option, tenant_option
from ops_cli.i18n import _
from ops_cli.options import output_option, site_option
from ops_cli.output import print_json, print_rows, result_console, talk_console

if TYPE_CHECKING:
    from infra.inventory.quota import Quota
    from infra.inventory.site import Site


@click.command("show", help=_("Show a tenant's convention, what it holds, and what is left."))
@tenant_option(required=True)
@kubeconfig_option
@site_option
@output_option
def command(site: Site, tenant: str, kubeconfig: str, output: str) -> None:
    from tenancy.asking import known_tenant
    from tenancy.usage import usage_of

    found = known_tenant(site, tenant)
    granted = _granted(find_kubeconfig(kubeconfig, site, tenant), tenant)
    if granted is None:
        talk_console().print(_("No cluster says what was granted on request: these figures are the site file's."),
                             style="dim")
    rows: list[dict[str, Any]] = [asdict(row) for row in usage_of(site, tenant, granted)]
    if output == "json":
        print_json({"tenant": tenant, **found.model_dump(mode="json", by_alias=True, exclude={"namespaces"}),
                    "usage": rows})
        return
    if output == "table":
        convention = found.convention
        result_console().print(_("{name} ({kind}), convention {number} from {starts} to {ends}").format(
            name=found.name, kind=found.kind, number=convention.number, starts=convention.starts,
            ends=convention.ends), markup=False)
    print_rows(rows, {
        "resource": _("resource"), "convention": _("convention"), "committed": _("in the site file"),
        "granted": _("granted on request"), "left": _("left")}, output)


def _granted(kubeconfig: str, tenant: str) -> Quota | None:
    """What the cluster says was granted; None without a cluster. One that is named but does not answer is an error."""
    if not kubeconfig:
        return None
    from tenancy.client import Client
    from tenancy.usage import granted_of

    return granted_of(Client(kubeconfig).tenant(tenant))
