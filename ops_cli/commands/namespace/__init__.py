"""`estran namespace`: ask for a namespace, and follow the request."""

from ops_cli.cli import lazy_group
from ops_cli.i18n import N_

command = lazy_group("namespace", N_("Ask for a namespace, and follow the request."), {
    "request": ("ops_cli.commands.namespace.request", N_("Ask for a namespace; the rules answer within seconds.")),
    "list": ("ops_cli.commands.namespace.list", N_("List namespaces and requests.")),
    "show": ("ops_cli.commands.namespace.show", N_("Show one request: the decision, its reasons, what is used.")),
})
