"""`estran energy`: from the facility meter to each tenant."""

from ops_cli.cli import lazy_group
from ops_cli.i18n import N_

command = lazy_group("energy", N_("Energy and carbon per tenant, adding up to the meter."), {
    "report": ("ops_cli.commands.energy.report", N_("Print a month's energy and carbon, adding up to the meter.")),
    "rules": ("ops_cli.commands.energy.rules", N_("Print Prometheus rules and alerts made from the site file.")),
})
