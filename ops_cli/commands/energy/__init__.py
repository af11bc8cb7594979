"""`estran energy`: from the facility meter to each tenant."""

from ops_cli.cli import lazy_group
from ops_cli.i18n import N_

command = lazy_group("energy", N_("Energy and carbon per tenant, adding up to the meter."), {
    "close": ("ops_cli.commands.energy.close", N_("Settle a month and keep it in the ledger.")),
    "report": ("ops_cli.commands.energy.report", N_("Print a month's energy and carbon, adding up to the meter.")),
    "explain": ("ops_cli.commands.energy.explain", N_("Say why a tenant's figure is what it is.")),
    "whatif": ("ops_cli.commands.energy.whatif", N_("Compare the rules that share common energy.")),
    "meters": ("ops_cli.commands.energy.meters", N_("Show coverage, drift and last reading of each meter.")),
    "factors": ("ops_cli.commands.energy.factors", N_("Keep a file of grid carbon that RTE published.")),
    "verify": ("ops_cli.commands.energy.verify", N_("Check the ledger and replay it.")),
    "rules": ("ops_cli.commands.energy.rules", N_("Print Prometheus rules and alerts made from the site file.")),
})
