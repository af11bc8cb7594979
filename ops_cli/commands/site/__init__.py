"""`estran site`: the site file, checked, drawn and described."""

from ops_cli.cli import lazy_group
from ops_cli.i18n import N_

command = lazy_group("site", N_("Check, show and describe the site file."), {
    "check": ("ops_cli.commands.site.check", N_("Read a site file and list every problem with its line.")),
    "show": ("ops_cli.commands.site.show", N_("Draw feeds, zones, racks and tanks.")),
    "schema": ("ops_cli.commands.site.schema", N_("Print the JSON Schema of a site file, for editors.")),
})
