"""`estran lab history`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from ops_cli.i18n import _
from ops_cli.options import site_option

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from infra.inventory.site import Site


@click.command("history", help=_("Fill a real Prometheus with months of the site's meters, made by the plant's model; "
                                 "the known truth is kept beside."))
@click.option("--month", "months", multiple=True, metavar="YYYY-MM",
              help=_("Month to serve; may be given several times."))
@click.option("--stop", is_flag=True, help=_("Stop that Prometheus instead."))
@site_option
def command(site: Site, months: tuple[str, ...], stop: bool) -> None:
    from rich.progress import Progress

    from lab.history import box
    from ops_cli.output import talk_console

    if stop:
        click.echo(_("Stopped: {names}").format(names="prometheus") if box.stop(site.id) else _("Nothing ran."))
        return
    if not months:
        raise click.UsageError(_("give at least one --month YYYY-MM, or --stop"))
    histories = []
    with Progress(console=talk_console(), transient=True) as bar:
        for month in months:
            task = bar.add_task(_("making {month}").format(month=month), total=1.0)
            histories.append(box.prepare(site, month, partial(_tell, bar, task)))
    url = box.start(site.id, histories)
    click.echo(_("Prometheus of the lab: {url}").format(url=url))
    for history in histories:
        click.echo(_("Truth of {month}: {path}").format(month=history.month, path=history.truth_file))


def _tell(bar: Progress, task: TaskID, done: float) -> None:
    bar.update(task, completed=done)
