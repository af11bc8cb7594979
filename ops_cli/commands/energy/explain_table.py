"""A tenant's waterfall in a terminal, or as data."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from rich.table import Table

from energy.carbon.statement import BookName
from energy.report.books import BOOK_TITLES
from energy.report.explain import REASONS, TITLES, Explanation, Step
from energy.report.explain_files import blank_reason, book_figure
from energy.report.figures import kg, kwh, on_one_line, percent_u
from energy.report.reader import Reader
from ops_cli.i18n import _
from ops_cli.output import csv_text, print_json, result_console

BAR = 24
IDS_MAX = 2
IDS_WIDE = 40
REASONS_FIT = 110


def print_explanation(found: Explanation, reader: Reader, output: str) -> None:
    """Print the steps and the carbon books of a tenant."""
    if output == "json":
        print_json(document_of(found))
    elif output == "csv":
        headings = {"step": "step", "energy_wh": "energy_wh", "cumulative_wh": "cumulative_wh"}
        sys.stdout.write(csv_text(list(_rows(found)), headings))
    else:
        _print(found, reader)


def document_of(found: Explanation) -> dict[str, Any]:
    """Return the explanation as plain data."""
    return {
        "site": found.site_id, "tenant": found.tenant, "name": found.name, "period": found.label,
        "state": str(found.state), "illustrative": found.illustrative,
        "steps": list(_rows(found)), "direct_wh": found.direct_wh, "full_cost_wh": found.full_cost_wh,
        "energy_relative_u": round(found.relative_u, 6), "full_cost_gco2e": round(found.full_cost_gco2e, 3),
        "carbon": {str(name): {"gco2e": None if grams is None else round(grams, 3),
                               "factors": [use.id for use in found.factors[name]],
                               "blank": str(found.blanks[name]) if name in found.blanks else None}
                   for name, grams in found.carbon_g.items()}}


def _rows(found: Explanation) -> Iterator[dict[str, Any]]:
    so_far = 0
    for step, energy_wh in found.steps_wh.items():
        so_far += energy_wh
        yield {"step": str(step), "energy_wh": energy_wh, "cumulative_wh": so_far}


def _print(found: Explanation, reader: Reader) -> None:
    console = result_console()
    title = f"{found.name} \u2013 {found.site_name} \u2013 {found.label} \u2013 {reader.translate(found.state.word)}"
    console.print(title, style="bold", markup=False)
    console.print(_table(found, reader, reasons=console.width >= REASONS_FIT))
    console.print(_("own line {direct} kWh (\u00b1 {u} %), with its shares {full} kWh").format(
        direct=kwh(found.direct_wh, reader), full=kwh(found.full_cost_wh, reader),
        u=percent_u(found.relative_u, reader)), style="bold green", markup=False)
    console.print(_carbon(found, reader))
    for why in dict.fromkeys(blank_reason(found, name, reader) for name in found.blanks):
        console.print(f"\u2013 {why}", style="dim", markup=False)
    console.print(_("with its shares: {kg} kgCO2e, location-based").format(
        kg=kg(found.full_cost_gco2e, reader)), markup=False)


def _table(found: Explanation, reader: Reader, *, reasons: bool) -> Table:
    table = Table(header_style="bold", padding=(0, 1))
    table.add_column(_("Step"), no_wrap=True)
    table.add_column(_("kWh"), justify="right", no_wrap=True)
    table.add_column("", width=BAR, no_wrap=True)
    if reasons:
        table.add_column(_("Why"), overflow="fold")
    whole, so_far = max(found.full_cost_wh, 1), 0
    for step, energy_wh in found.steps_wh.items():
        bar = _bar(so_far, energy_wh, whole)
        so_far += energy_wh
        row = [reader.translate(TITLES[step]), kwh(energy_wh, reader), bar]
        table.add_row(*row, *([reader.translate(REASONS[step])] if reasons else []),
                      end_section=step is Step.BASE)
    return table


def _bar(start_wh: int, energy_wh: int, whole_wh: int) -> str:
    """Return a floating bar: it begins where the step before it ended."""
    first, last = sorted((round(BAR * start_wh / whole_wh), round(BAR * (start_wh + energy_wh) / whole_wh)))
    first = min(max(0, first), BAR - 1)
    return " " * first + "\u2588" * max(1 if energy_wh else 0, min(last, BAR) - first)


def _carbon(found: Explanation, reader: Reader) -> Table:
    table = Table(header_style="bold", padding=(0, 1))
    factors = {name: _factors(found, name) for name in BookName}
    longest = max(len(line) for text in factors.values() for line in text.split("\n"))
    table.add_column(_("Carbon, own line"), overflow="fold")
    table.add_column("kgCO2e", justify="right", no_wrap=True)
    # An id is read and copied whole; what stands before it gives way.
    table.add_column(_("Factors"), overflow="fold", no_wrap=longest <= IDS_WIDE)
    for name in BookName:
        table.add_row(reader.translate(BOOK_TITLES[name]), on_one_line(book_figure(found, name, reader)), factors[name])
    return table


def _factors(found: Explanation, name: BookName) -> str:
    """Return the factors of a book by their ids, the first few of them: data outputs list them all."""
    ids = [use.id for use in found.factors.get(name, ())]
    if len(ids) <= IDS_MAX + 1:  # "and 1 more" would take as much room as the one
        return "\n".join(ids)
    return "\n".join(ids[:IDS_MAX]) + _(" and {count} more").format(count=len(ids) - IDS_MAX)
