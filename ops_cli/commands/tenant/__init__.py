"""`estran tenant`: what tenants may use and what they use."""

from ops_cli.cli import lazy_group
from ops_cli.i18n import N_

command = lazy_group("tenant", N_("Tenants: what they may use and what they use."), {
    "list": ("ops_cli.commands.tenant.list", N_("List the tenants and their conventions.")),
    "show": ("ops_cli.commands.tenant.show", N_("Show what a tenant may use, holds and has left.")),
})
