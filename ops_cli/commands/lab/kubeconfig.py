"""`estran lab kubeconfig`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ops_cli.i18n import _
from ops_cli.options import site_option

if TYPE_CHECKING:
    from infra.inventory.site import Site


@click.command("kubeconfig", help=_("Print the path of a kubeconfig: the operator's, or that of a tenant's agent."))
@site_option
@click.option("--tenant", metavar="ID", help=_("A tenant of the site."))
def command(site: Site, tenant: str | None) -> None:
    from lab.state import LabState

    state = LabState.load(site.id)
    click.echo(state.tenant_kubeconfig(tenant) if tenant else state.kubeconfig)
