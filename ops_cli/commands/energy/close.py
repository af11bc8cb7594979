"""`estran energy close`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ops_cli.i18n import _
from ops_cli.options import dry_run_option, output_option, site_option
from ops_cli.readings import Readings, ledger_option, readings_options

if TYPE_CHECKING:
    from energy.closing.close import Outcome
    from energy.closing.in_turn import Settler
    from infra.inventory.site import Site


@click.command("close", help=_("Settle a month and keep it in the ledger: provisional, then closed with --final. A "
                               "closed month changes only by --restate and a reason. Inputs are kept, so that it can "
                               "be replayed byte for byte."))
@click.argument("month", metavar="YYYY-MM")
@click.option("--final", is_flag=True, help=_("Close it: from then on these figures bind."))
@click.option("--restate", default="", metavar="REASON", help=_("Replace the figures of a closed month, and say why."))
@click.option("--wait", is_flag=True, help=_("Wait while another close is at work instead of refusing."))
@click.option("--engine", type=click.Choice(("local", "dask")), default="local", show_default=True,
              help=_("Who settles the days: this process, or Dask's workers."))
@click.option("--scheduler", metavar="ADDRESS", help=_("Dask scheduler to work with; a local cluster when not given."))
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True,
              help=_("Workers of a local cluster."))
@dry_run_option
@output_option
@readings_options
@ledger_option
@site_option
def command(site: Site, month: str, ledger: Path, readings: Readings, output: str, **asked: Any) -> None:
    from energy.closing.close import Closing, Intent
    from energy.closing.period_carbon import FactorSource
    from energy.ledger.book import Ledger
    from ops_cli.commands.energy.close_table import print_outcome
    from ops_cli.month_inputs import read_now

    book = Ledger(ledger, site.id)
    intent = Intent(asked["final"], asked["restate"], asked["dry_run"])
    with book.writing(wait=asked["wait"]):
        inputs = read_now(site, month, readings)
        outcome = _closed(Closing(site, book, inputs, FactorSource.of(ledger / "factors", site)), intent, asked)
    print_outcome(site, outcome, output)


def _closed(closing: Any, intent: Any, asked: dict[str, Any]) -> Outcome:
    from contextlib import ExitStack

    from energy.closing.in_turn import settle_in_turn
    from ops_cli.steps import count_bar

    with ExitStack() as stack:
        settler: Settler = settle_in_turn
        if asked["engine"] == "dask":
            from energy.closing.on_dask import dask_settler

            settler = stack.enter_context(dask_settler(asked["scheduler"], asked["workers"]))
        progress = stack.enter_context(count_bar(_("settling days")))
        outcome: Outcome = closing.run(intent, settler, progress)
    return outcome
