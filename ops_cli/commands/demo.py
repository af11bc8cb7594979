"""`estran demo`."""

from __future__ import annotations

import time
from pathlib import Path

import click

from ops_cli.i18n import _
from ops_cli.output import print_rows, result_console


@click.command("demo", help=_("Play the main job from end to end on the demonstration site. Safe to run twice."))
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), default=Path("out"), show_default=True,
              help=_("Folder for the drawing and the report."))
@click.option("--list", "only_list", is_flag=True, help=_("List the steps; run nothing."))
def command(into: Path, only_list: bool) -> None:
    from ops_cli.demo.play import play, where_to_look
    from ops_cli.demo.steps import steps

    site_id = "demo"
    planned = steps(site_id, into.resolve())
    if only_list:
        print_rows([{"step": _(step.title), "command": " ".join(step.argv)} for step in planned],
                   {"step": _("step"), "command": _("command")}, "table")
        return
    started = time.monotonic()
    rows = [{"step": _(step.title), "seconds": round(seconds, 1)} for step, seconds in play(planned, site_id)]
    result_console().rule()
    total = {"step": _("in all"), "seconds": round(time.monotonic() - started, 1)}
    print_rows([*rows, total], {"step": _("step"), "seconds": _("seconds")}, "table")
    looks = [{"what": what, "where": where} for what, where in where_to_look(site_id, into.resolve())]
    print_rows(looks, {"what": _("what to look at"), "where": _("where")}, "table")
