"""`estran namespace request`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ops_cli.commands.namespace.access import kubeconfig_option, needed_kubeconfig, tenant_option
from ops_cli.i18n import _
from ops_cli.options import dry_run_option, output_option, site_option

if TYPE_CHECKING:
    from infra.inventory.site import Site
    from tenancy.request import NamespaceRequest

COUNTS = ("gpu", "pods", "services", "volumes")


@click.command("request", help=_("Ask for a namespace; the rules answer within seconds, with their reasons."))
@tenant_option(required=True)
@click.option("--name", required=True, help=_("Short name of the namespace, for instance: minutes."))
@click.option("--cpu", required=True, help=_("Processor cores, for instance 4 or 500m."))
@click.option("--memory", required=True, help=_("Memory, for instance 8Gi."))
@click.option("--storage", default="0", show_default=True, help=_("Storage, for instance 20Gi."))
@click.option("--gpu", type=click.IntRange(0), help=_("GPUs; the convention must grant them."))
@click.option("--pods", type=click.IntRange(1), help=_("Pods at most (10 when not said)."))
@click.option("--services", type=click.IntRange(0), help=_("Services at most (4 when not said)."))
@click.option("--volumes", type=click.IntRange(0), help=_("Volumes at most (4 when not said)."))
@click.option("--grant", "grants", multiple=True, type=click.Choice(("node-port", "load-balancer", "external-egress")),
              help=_("A right of the convention that this namespace needs; may be repeated."))
@click.option("--why", "purpose", required=True, help=_("What it is for, in your own words."))
@click.option("--wait/--no-wait", default=True, show_default=True, help=_("Wait for the answer, or come back later."))
@click.option("--timeout", "timeout_s", type=click.FloatRange(1), default=60, show_default=True,
              help=_("Seconds to wait at most."))
@kubeconfig_option
@site_option
@dry_run_option
@output_option
def command(site: Site, output: str, dry_run: bool, **given: Any) -> None:
    request = _checked(given)
    if dry_run:
        _try(site, request, output)
    else:
        _send(site, request, output, given)


def _checked(given: dict[str, Any]) -> NamespaceRequest:
    from tenancy.asking import asked_request

    quota = {key: given[key] for key in ("cpu", "memory", "storage", *COUNTS) if given[key] is not None}
    return asked_request(given["tenant"], given["name"], quota, given["purpose"], given["grants"])


def _try(site: Site, request: NamespaceRequest, output: str) -> None:
    from ops_cli.commands.namespace.answer_text import print_answer, refuse
    from ops_cli.output import talk_console
    from tenancy.asking import trial

    answer, manifests = trial(site, request)
    talk_console().print(_("Trial: nothing is sent. What other requests already hold is not known here; "
                           "your right to ask is checked by the cluster."), style="dim")
    print_answer(answer, output, manifests)
    refuse(answer, request.purpose)


def _send(site: Site, request: NamespaceRequest, output: str, given: dict[str, Any]) -> None:
    from dataclasses import replace

    from ops_cli.commands.namespace.answer_text import print_answer, refuse
    from ops_cli.output import talk_console
    from tenancy.answer import answer_of_status
    from tenancy.client import Client

    client = Client(needed_kubeconfig(given["kubeconfig"], site, request.tenant))
    console = talk_console()
    with console.status(_("asking...")):
        found = client.standing(request) or client.submit(replace(request, requested_by=client.user_name()))
        if given["wait"]:
            found = client.wait(found, given["timeout_s"])
    answer = answer_of_status(found)
    print_answer(answer, output)
    if not given["wait"]:
        text = _("Request {name} is left; follow it with: estran namespace show {name} --tenant {tenant}")
        console.print(text.format(name=answer.request, tenant=answer.tenant))
    refuse(answer, request.purpose)
