"""`estran energy report`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops_cli.i18n import _
from ops_cli.options import output_option, site_option

if TYPE_CHECKING:
    from energy.report.lines import EnergyReport, View
    from energy.report.reader import Reader
    from infra.inventory.site import Site

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("report", help=_("Read a month of meters back from Prometheus and print who bears each kilowatt-hour. "
                                "Nothing is printed when a reading or a factor is missing."))
@click.option("--month", required=True, metavar="YYYY-MM", help=_("Calendar month in the site's time zone."))
@click.option("--by", "view", type=click.Choice(("tenant", "zone")), default="tenant", show_default=True,
              help=_("What a line is."))
@click.option("--prometheus", "url", envvar="ESTRAN_PROMETHEUS", metavar="URL",
              help=_("Where the readings are; the lab's Prometheus when not given."))
@click.option("--html", type=_FILE, help=_("Write the page here too."))
@click.option("--csv", type=_FILE, help=_("Write the lines here too, as CSV."))
@click.option("--json", type=_FILE, help=_("Write the whole report here too, as JSON."))
@click.option("--svg", type=_FILE, help=_("Write the picture here too: where each kilowatt-hour went."))
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help=_("Write all four into this folder."))
@output_option
@site_option
def command(site: Site, month: str, view: View, url: str | None, output: str, into: Path | None,
            **files: Path | None) -> None:
    from energy.report.files import targets_in, write_files

    report = _report(site, month, view, url)
    reader = _reader()
    wanted = {kind: path for kind, path in files.items() if path is not None}
    written = write_files(report, reader, {**(targets_in(into, report) if into else {}), **wanted})
    _print(report, reader, output)
    for path in written:
        click.echo(_("written: {path}").format(path=path), err=True)


def _report(site: Site, month: str, view: View, url: str | None) -> EnergyReport:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from energy.interval import month_period
    from energy.readings.prometheus import Prometheus
    from energy.report.build import STEPS, month_report
    from ops_cli.output import talk_console

    month_period(month, site.zone_info)  # a month that is none is refused before any Prometheus is looked for
    source = Prometheus(url or _lab_address(site.id))
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=talk_console(), transient=True) as bar:
        task = bar.add_task(_("connecting"), total=STEPS)
        report = month_report(site, month, source, view, progress=lambda step, doing: bar.update(
            task, completed=step, description=_(doing)))
    source.close()
    return report


def _lab_address(site_id: str) -> str:
    from lab.errors import MissingToolError
    from lab.history import box

    found = box.url(site_id)
    if found is None:
        raise MissingToolError(
            _("no Prometheus is named, and the lab's does not run"), where=f"lab/{site_id}",
            remedy=_("name it with --prometheus URL, or run `estran lab history --month 2012-03` first"))
    return found


def _reader() -> Reader:
    from energy.report.reader import Reader
    from ops_cli.i18n import chosen_language

    return Reader("fr" if chosen_language(sys.argv[1:]) == "fr" else "en", _)


def _print(report: EnergyReport, reader: Reader, output: str) -> None:
    from energy.report.as_data import as_csv, as_json
    from ops_cli.commands.energy.report_table import print_report

    if output == "json":
        sys.stdout.write(as_json(report))
    elif output == "csv":
        sys.stdout.write(as_csv(report).replace("\r\n", "\n"))
    else:
        print_report(report, reader)
