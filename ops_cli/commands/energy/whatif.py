"""`estran energy whatif`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ops_cli.i18n import _
from ops_cli.options import output_option, site_option
from ops_cli.output import print_rows
from ops_cli.readings import Readings, ledger_option, readings_options

if TYPE_CHECKING:
    from energy.allocation.what_if import WhatIf
    from infra.inventory.energy_policy import SplitRule
    from infra.inventory.site import Site

RULES: tuple[SplitRule, ...] = ("proportional", "capacity", "shapley")


@click.command("whatif", help=_("Show what every line would bear if common energy were shared by another rule. Nothing "
                                "is written."))
@click.option("--month", required=True, metavar="YYYY-MM", help=_("Calendar month in the site's time zone."))
@click.option("--rule", "rules", type=click.Choice(RULES), multiple=True,
              help=_("Compare this rule with the proportional one; all of them when not given."))
@output_option
@readings_options
@ledger_option
@site_option
def command(site: Site, month: str, rules: tuple[str, ...], output: str, ledger: Path, readings: Readings) -> None:
    chosen = tuple(rule for rule in RULES if rule in rules or rule == RULES[0] or not rules)
    found = _compared(site, month, chosen, ledger, readings)
    headings = {"line": _("Line"), **{f"{rule}_wh": rule for rule in chosen},
                **{f"{rule}_change_percent": f"{rule} %" for rule in chosen[1:]}}
    title = _("Common energy shared by rule, {month} [Wh]").format(month=month)
    print_rows(list(_rows(found)), headings, output, title)


def _rows(found: WhatIf) -> Any:
    from energy.report.rounding import whole_wh

    columns = {rule: whole_wh([found.energy_j[account][rule] for account in found.energy_j]) for rule in found.rules}
    for row, account in enumerate(found.energy_j):
        changes = {f"{rule}_change_percent": round(100 * found.change(account, rule), 2) for rule in found.rules[1:]}
        yield {"line": account, **{f"{rule}_wh": columns[rule][row] for rule in found.rules}, **changes}
    totals = {f"{rule}_wh": sum(columns[rule]) for rule in found.rules}
    yield {"line": "\u03a3", **totals, **{f"{rule}_change_percent": 0.0 for rule in found.rules[1:]}}


def _compared(site: Site, month: str, rules: tuple[SplitRule, ...], ledger: Path, readings: Readings) -> WhatIf:
    from functools import reduce

    from energy.allocation.fit import fit_baselines
    from energy.allocation.what_if import what_if
    from ops_cli.month_inputs import month_inputs
    from ops_cli.steps import count_bar

    inputs = month_inputs(site, month, ledger, readings)
    baselines = fit_baselines(site, inputs.readings, inputs.use, inputs.telemetry)
    days = list(inputs.days(site.zone_info))
    parts = []
    with count_bar(_("settling days")) as progress:
        for done, day in enumerate(days):
            progress(done, len(days))
            parts.append(what_if(site, day.readings, day.use, rules, baselines, day.telemetry))
    return reduce(lambda one, other: one + other, parts)
