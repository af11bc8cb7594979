"""`estran lab`: the datacenter in a box."""

from ops_cli.cli import lazy_group
from ops_cli.i18n import N_

command = lazy_group("lab", N_("The datacenter in a box: a real control plane on this machine."), {
    "up": ("ops_cli.commands.lab.up", N_("Bring the lab up; a second time changes nothing.")),
    "down": ("ops_cli.commands.lab.down", N_("Stop every process of the lab.")),
    "status": ("ops_cli.commands.lab.status", N_("Say what runs, where, and in how much memory.")),
    "env": ("ops_cli.commands.lab.env", N_("Print the lines that lead a shell to the lab.")),
    "history": ("ops_cli.commands.lab.history", N_("Fill a real Prometheus with months of the site's meters.")),
    "kubeconfig": ("ops_cli.commands.lab.kubeconfig",
                   N_("Print the path of a kubeconfig: the operator's or a tenant's.")),
    "controller": ("ops_cli.commands.lab.controller", N_("Start, stop or look at the tenancy controller.")),
})
