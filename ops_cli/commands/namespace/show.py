"""`estran namespace show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ops_cli.commands.namespace.access import kubeconfig_option, needed_kubeconfig, tenant_option
from ops_cli.i18n import _
from ops_cli.options import output_option, site_option
from ops_cli.output import print_json, print_rows

if TYPE_CHECKING:
    from infra.inventory.site import Site
    from tenancy.answer import Answer

SHOWN = ("requests.cpu", "requests.memory", "requests.storage", "requests.nvidia.com/gpu", "pods", "services",
         "persistentvolumeclaims")


@click.command("show", help=_("Show a request or a namespace: the decision, its reasons, what is used."))
@click.argument("name")
@tenant_option(required=True)
@kubeconfig_option
@site_option
@output_option
def command(site: Site, name: str, tenant: str, kubeconfig: str, output: str) -> None:
    from ops_cli.commands.namespace.answer_text import answer_row, print_answer
    from tenancy.client import Client

    client = Client(needed_kubeconfig(kubeconfig, site, tenant))
    answer, namespace = _found(client.requests(tenant), site, tenant, name)
    usage = _usage(client, namespace)
    if output == "json":
        shown = {**answer_row(answer), "reasons": list(answer.reasons), "alternative": answer.alternative} \
            if answer else {"tenant": tenant, "namespace": namespace, "decision": "SiteFile"}
        print_json({**shown, "usage": usage})
        return
    if answer and output == "table":
        print_answer(answer, output)
    if usage or output == "csv":
        print_rows(usage, {"resource": _("resource"), "used": _("used"), "quota": _("quota")}, output, namespace)


def _found(requests: list[Any], site: Site, tenant: str, name: str) -> tuple[Answer | None, str]:
    """The newest request of that name (its own, the namespace's short or full one), else the site file's namespace."""
    from infra.inventory.errors import N_
    from infra.inventory.names import namespace_name
    from tenancy.answer import answer_of_status
    from tenancy.errors import RequestError

    for answer in map(answer_of_status, reversed(requests)):
        if name in (answer.request, answer.name, answer.namespace):
            return answer, answer.namespace
    namespaces = site.tenants[tenant].namespaces if tenant in site.tenants else {}
    for short in namespaces:
        if name in (short, namespace_name(tenant, short)):
            return None, namespace_name(tenant, short)
    known = sorted({*namespaces, *(each["metadata"]["name"] for each in requests)})
    raise RequestError(N_("no request and no namespace of {tenant} is called '{name}'; known: {known}"), where="NAME",
                       tenant=tenant, name=name, known=", ".join(known) or "-",
                       remedy=N_("look at the list: estran namespace list --tenant {tenant}"))


def _usage(client: Any, namespace: str) -> list[dict[str, str]]:
    if not namespace:
        return []
    hard, used = client.quotas(namespace)
    return [{"resource": key.removeprefix("requests."), "used": used.get(key, "?"), "quota": hard[key]}
            for key in SHOWN if key in hard]
