"""`estran energy factors`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops_cli.i18n import _
from ops_cli.options import output_option, site_option
from ops_cli.output import print_rows
from ops_cli.readings import ledger_option

if TYPE_CHECKING:
    from infra.inventory.site import Site


@click.command("factors", help=_("Keep a file of grid carbon that RTE published beside the ledger: a day of éCO2mix, "
                                 "or an export of ODRÉ. Earlier figures stay: what was known when is never lost."))
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--known-at", type=click.DateTime(("%Y-%m-%dT%H:%M:%S%z",)), help=_(
    "When it became known, with its offset; now when not given."))
@output_option
@ledger_option
@site_option
def command(site: Site, files: tuple[Path, ...], known_at: datetime | None, ledger: Path, output: str) -> None:
    from energy.carbon.carbon_of import grid_of
    from energy.carbon.imports import import_eco2mix

    rows, moment = [], "%Y-%m-%d" if output == "table" else "%Y-%m-%dT%H:%M:%S%z"
    for path in files:
        found = import_eco2mix(path, ledger / "factors", known_at, grid_of(site))
        rows.append({"file": path.name, "new": found.files, "quarters": sum(found.quarters.values()),
                     "revised": found.revised, "blanks": found.blanks,
                     "first": found.first.strftime(moment) if found.first else None,
                     "last": found.last.strftime(moment) if found.last else None})
    print_rows(rows, {"file": _("File"), "new": _("New"), "quarters": _("Quarters"), "revised": _("Revised"),
                      "blanks": _("Blank"), "first": _("First"), "last": _("Last")}, output)
