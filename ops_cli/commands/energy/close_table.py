"""What a close came to, in a terminal or as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ops_cli.i18n import _
from ops_cli.output import csv_text, print_json, print_rows, result_console

if TYPE_CHECKING:
    from energy.closing.close import Outcome
    from infra.inventory.site import Site


def print_outcome(site: Site, outcome: Outcome, output: str) -> None:
    """Print the state of the month, what was settled, and every line that changes."""
    import sys

    document = _document(outcome)
    if output == "json":
        print_json(document)
    elif output == "csv":
        sys.stdout.write(csv_text(document["changes"], _headings()))
    else:
        _print_talk(site, outcome, document)


def _document(outcome: Outcome) -> dict[str, Any]:
    close, facts = outcome.close, outcome.period.facts
    total = sum(facts.coverage.energy_j.values()) or 1
    return {
        "site": close.site, "month": close.month, "state": str(close.state), "written": outcome.written,
        "sequence": close.sequence, "digest": close.digest, "reason": close.reason, "days": len(close.days),
        "days_settled": outcome.days_settled, "facility_wh": round(close.facts["facility_j"] / 3600),
        "coverage": {flag.word: energy_j / total for flag, energy_j in facts.coverage.energy_j.items()},
        "findings": [str(finding) for finding in facts.findings],
        "material": outcome.delta.is_material if outcome.delta else False,
        "changes": [{"line": line.account, "before_wh": round(line.before_j / 3600),
                     "after_wh": round(line.after_j / 3600), "change_percent": round(100 * line.share, 3)}
                    for line in (outcome.delta.lines if outcome.delta else ())]}


def _headings() -> dict[str, str]:
    return {"line": _("Line"), "before_wh": _("Before [Wh]"), "after_wh": _("After [Wh]"),
            "change_percent": _("Change [%]")}


def _print_talk(site: Site, outcome: Outcome, document: dict[str, Any]) -> None:
    from ops_cli.commands.energy.report import reader_of

    console, close, reader = result_console(), outcome.close, reader_of()
    console.print(_("{name}, {month}: {state}").format(name=site.identity.name, month=close.month,
                                                       state=_(close.state.word)), style="bold", markup=False)
    console.print(_("facility meter {energy} Wh; {days} days, {settled} settled now; close {number}, {digest}").format(
        energy=reader.number(document["facility_wh"]), days=document["days"], settled=document["days_settled"],
        number=close.sequence, digest=close.digest[:16]), markup=False)
    shares = [f"{_(word)} {reader.percent(share, 2)}" for word, share in document["coverage"].items() if share]
    console.print(_("coverage: {shares}").format(shares=", ".join(shares)), markup=False)
    for finding in outcome.period.facts.findings:
        console.print(f"  {finding.where}: {_(finding.what).format(**finding.figures)}", style="yellow", markup=False)
    if document["changes"]:
        print_rows(document["changes"], _headings(), "table", _("Lines that change"))
    if not outcome.written:
        console.print(_verdict(outcome), markup=False)


def _verdict(outcome: Outcome) -> str:
    if outcome.delta is not None and outcome.delta.lines and not outcome.delta.is_material:
        return _("no line changes by {limit} % or more: the closed figures stand").format(
            limit=f"{100 * outcome.delta.threshold:g}")
    return _("nothing was written")
