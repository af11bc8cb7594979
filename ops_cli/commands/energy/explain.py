"""`estran energy explain`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops_cli.i18n import _
from ops_cli.options import output_option, site_option
from ops_cli.readings import Readings, ledger_option, readings_options

if TYPE_CHECKING:
    from infra.inventory.site import Site


@click.command("explain", help=_("Say why a tenant's figure is what it is: own use, rest, cooling, losses, then its "
                                 "shares of what is nobody's, and its carbon with the factors that made it."))
@click.option("--tenant", required=True, metavar="ID", help=_("Tenant of the site file."))
@click.option("--month", metavar="YYYY-MM", help=_("Calendar month in the site's time zone."))
@click.option("--year", metavar="YYYY", help=_("Calendar year, out of its twelve closes."))
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help=_("Write the picture here too."))
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help=_("Write the page here too."))
@output_option
@readings_options
@ledger_option
@site_option
def command(site: Site, tenant: str, output: str, ledger: Path, readings: Readings, month: str | None,
            **asked: Path | str | None) -> None:
    from energy.report.explain import explanation_of
    from energy.report.explain_files import write_explanation
    from ops_cli.commands.energy.explain_table import print_explanation
    from ops_cli.commands.energy.report import reader_of
    from ops_cli.settled import settled_period

    year = asked["year"]
    found = explanation_of(settled_period(site, month, str(year) if year else None, ledger, readings), tenant)
    reader = reader_of()
    for kind in ("svg", "html"):
        path = asked[kind]
        if isinstance(path, Path):
            write_explanation(found, reader, kind, path)
            click.echo(_("written: {path}").format(path=path), err=True)
    print_explanation(found, reader, output)
