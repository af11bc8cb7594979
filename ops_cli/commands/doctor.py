"""`estran doctor`."""

from __future__ import annotations

import click

from ops_cli.i18n import _
from ops_cli.options import output_option


@click.command("doctor", help=_("Say what is missing on this machine, and the command that cures it."))
@output_option
def command(output: str) -> None:
    from ops_cli.exit_codes import ExitCode
    from ops_cli.output import print_rows
    from toolchain.checkup import findings

    found = findings()
    rows = [{
        "subject": one.subject, "state": _state(one.good, one.needed, output), "found": one.found,
        "cure": None if one.good else _(one.cure).format(**one.figures),
    } for one in found]
    headings = {"subject": _("what"), "state": _("state"), "found": _("found"), "cure": _("cure")}
    print_rows(rows, headings, output)
    if any(one.needed and not one.good for one in found):
        raise SystemExit(ExitCode.MISSING_TOOL)


def _state(good: bool, needed: bool, output: str) -> str:
    """Return a word for people in a table, a stable one for machines elsewhere."""
    if good:
        return _("good") if output == "table" else "good"
    if needed:
        return _("MISSING") if output == "table" else "missing"
    return _("advised") if output == "table" else "advised"
