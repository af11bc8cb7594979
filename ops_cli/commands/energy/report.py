"""`estran energy report`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ops_cli.i18n import _
from ops_cli.options import output_option, site_option
from ops_cli.readings import Readings, ledger_option, readings_options

if TYPE_CHECKING:
    from energy.report.lines import EnergyReport
    from energy.report.reader import Reader
    from infra.inventory.site import Site

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("report", help=_("Print who bears each kilowatt-hour of a month or a year: out of the ledger, or read "
                                "back from Prometheus when the month was never closed. Nothing is printed when a "
                                "reading or a factor is missing."))
@click.option("--month", metavar="YYYY-MM", help=_("Calendar month in the site's time zone."))
@click.option("--year", metavar="YYYY", help=_("Calendar year, out of its twelve closes."))
@click.option("--by", "view", type=click.Choice(("tenant", "zone")), default="tenant", show_default=True,
              help=_("What a line is."))
@click.option("--html", type=_FILE, help=_("Write the page here too."))
@click.option("--csv", type=_FILE, help=_("Write the lines here too, as CSV."))
@click.option("--json", type=_FILE, help=_("Write the whole report here too, as JSON."))
@click.option("--svg", type=_FILE, help=_("Write the picture here too: where each kilowatt-hour went."))
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help=_("Write all four into this folder."))
@output_option
@readings_options
@ledger_option
@site_option
def command(site: Site, output: str, into: Path | None, ledger: Path, readings: Readings, **asked: Any) -> None:
    from energy.report.build import report_of
    from energy.report.files import KINDS, targets_in, write_files
    from ops_cli.settled import settled_period

    report = report_of(settled_period(site, asked["month"], asked["year"], ledger, readings), asked["view"])
    reader = reader_of()
    wanted = {kind: asked[kind] for kind in KINDS if asked[kind] is not None}
    written = write_files(report, reader, {**(targets_in(into, report) if into else {}), **wanted})
    _print(report, reader, output)
    for path in written:
        click.echo(_("written: {path}").format(path=path), err=True)


def reader_of() -> Reader:
    """Return who reads: the language asked for, with its catalogue."""
    from energy.report.reader import Reader
    from ops_cli.i18n import chosen_language

    return Reader("fr" if chosen_language(sys.argv[1:]) == "fr" else "en", _)


def _print(report: EnergyReport, reader: Reader, output: str) -> None:
    from energy.report.as_csv import as_csv
    from energy.report.as_data import as_json
    from ops_cli.commands.energy.report_table import print_report

    if output == "json":
        sys.stdout.write(as_json(report))
    elif output == "csv":
        sys.stdout.write(as_csv(report).replace("\r\n", "\n"))
    else:
        print_report(report, reader)
