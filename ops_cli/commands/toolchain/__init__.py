"""`estran toolchain`: the pinned engines."""

from ops_cli.cli import lazy_group
from ops_cli.i18n import N_

command = lazy_group("toolchain", N_("Find, download or build the pinned engines."), {
    "sync": ("ops_cli.commands.toolchain.sync", N_("Put every engine in its place.")),
    "status": ("ops_cli.commands.toolchain.status", N_("Say where each engine is.")),
    "env": ("ops_cli.commands.toolchain.env", N_("Print the lines that put the engines on PATH.")),
})
