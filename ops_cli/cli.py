"""The root group: it knows the commands' names and imports one only when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import click

from ops_cli.i18n import LANGUAGES, N_, _

# name -> (module, one line of help); the help is kept here so that `estran --help` imports no command.
COMMANDS: dict[str, tuple[str, str]] = {
    "site": ("ops_cli.commands.site", N_("Check, show and describe the site file.")),
    "toolchain": ("ops_cli.commands.toolchain", N_("Find, download or build the pinned engines.")),
    "doctor": ("ops_cli.commands.doctor", N_("Say what is missing on this machine, and the command that cures it.")),
    "lab": ("ops_cli.commands.lab", N_("The datacenter in a box: a real control plane on this machine.")),
    "plan": ("ops_cli.commands.plan", N_("Print every manifest of the site, and what changed since the last plan.")),
    "up": ("ops_cli.commands.up", N_("Bring the layers of the site up, in order.")),
    "down": ("ops_cli.commands.down", N_("Take the layers of the site down, in reverse order.")),
    "tenant": ("ops_cli.commands.tenant", N_("Tenants: what they may use and what they use.")),
    "namespace": ("ops_cli.commands.namespace", N_("Ask for a namespace, and follow the request.")),
    "energy": ("ops_cli.commands.energy", N_("Energy and carbon per tenant, adding up to the meter.")),
    "demo": ("ops_cli.commands.demo", N_("Play the main job from end to end on the demonstration site.")),
}


class LazyGroup(click.Group):
    """A group whose commands are imported at their first use."""

    def __init__(self, *args: object, commands_by_name: dict[str, tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # click's own signature, passed through
        self.commands_by_name = commands_by_name

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands_by_name)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands_by_name:
            return None
        command: click.Command = importlib.import_module(self.commands_by_name[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, _(help_line)) for name, (_module, help_line) in self.commands_by_name.items()]
        with formatter.section(_("Commands")):
            formatter.write_dl(rows)


def lazy_group(name: str, help_line: str, verbs: dict[str, tuple[str, str]]) -> LazyGroup:
    """Return the group of a noun; `verbs` maps a verb to its module (holding `command`) and its line of help."""
    return LazyGroup(name=name, help=_(help_line), commands_by_name=verbs, no_args_is_help=True)


def root() -> click.Group:
    """Return the command `estran`, its help in the language chosen before this call."""
    group = lazy_group("estran", N_("Estran: run a public sovereign datacenter from one site file."), COMMANDS)
    options: list[Callable[[click.Command], click.Command]] = [
        click.option("--lang", type=click.Choice(LANGUAGES), expose_value=False, help=_("Language of messages.")),
        click.version_option(package_name="estran", prog_name="estran"),
    ]
    for add in options:
        add(group)
    group.callback = lambda: None
    return group
