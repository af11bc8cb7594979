"""`estran energy verify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops_cli.i18n import _
from ops_cli.options import output_option, site_option
from ops_cli.output import print_rows
from ops_cli.readings import ledger_option

if TYPE_CHECKING:
    from infra.inventory.site import Site


@click.command("verify", help=_("Check the ledger: its chain, every part, every law of the method, and each close made "
                                "again from its inputs. Nothing is written."))
@click.option("--head", default="", metavar="SHA256", help=_("Hash that an earlier verification printed: with it, an "
                                                             "end that was cut off is found too."))
@output_option
@ledger_option
@site_option
def command(site: Site, ledger: Path, head: str, output: str) -> None:
    from energy.closing.verify import verify
    from energy.errors import DamagedError
    from energy.ledger.book import Ledger
    from infra.inventory.errors import N_
    from ops_cli.steps import count_bar

    factors = ledger / "factors"
    with count_bar(_("replaying closes")) as progress:
        found = verify(Ledger(ledger, site.id), factors if factors.is_dir() else None,
                       lambda done, total, _month: progress(done, total), head)
    headings = {"closes": _("Closes"), "parts": _("Parts"), "replayed": _("Replayed"),
                "same_bytes": _("Same bytes"), "faults": _("Faults"), "head": _("Head of the chain")}
    print_rows([{"closes": found.closes, "parts": found.parts, "replayed": found.replayed,
                 "same_bytes": found.same_bytes, "faults": len(found.faults), "head": found.head}], headings, output)
    if found.faults:
        raise DamagedError(N_("{count} faults in the ledger"), where=str(ledger / site.id), details=found.faults,
                           count=len(found.faults), remedy=N_("bring the files back from a copy of the ledger: what "
                                                              "changes on purpose is restated, never edited"))
