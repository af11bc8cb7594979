"""The error tables of docs/energy/errors.md: how far each line is from the truth when something is wrong.

Run `python -m tests.energy.error_table` from the project's root to write the page anew.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

from infra.inventory.load import load_site
from infra.inventory.site import Site
from lab.plant.extras import ALL
from lab.plant.model import PlantMonth, run
from tests.energy import error_table_assumptions as assumptions
from tests.energy import error_table_defects as defects
from tests.energy.error_table_found import Errors, accounts_of, percent, table

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "energy"
PAGE = ROOT / "docs" / "energy" / "errors.md"
MONTH = assumptions.MONTH
FILES = {"demo": ROOT / "infra" / "sites" / "demo.yaml", "oracle": HERE / "oracle_site.yaml"}


@cache
def month_of(name: str) -> PlantMonth:
    """Return the month of one of the two sites."""
    return run(site_of(name), MONTH)


@cache
def site_of(name: str) -> Site:
    """Return one of the two sites."""
    return load_site(FILES[name])


@cache
def assumption_errors() -> dict[str, Errors]:
    """Return the errors of each row of wrong assumptions, on the demonstration site."""
    site = site_of("demo")
    return {case.title: assumptions.errors(site, case) for case in assumptions.cases(site)}


@cache
def defect_outcomes(name: str) -> dict[str, defects.Outcome]:
    """Return what each row of defects gives on a site."""
    site, month = site_of(name), month_of(name)
    return {case.title: defects.outcome(site, month, case) for case in defects.cases(site)}


@cache
def telemetry_outcomes() -> dict[str, defects.Outcome]:
    """Return what the site of truth gives without parts of its telemetry, and with another physics of fans and pods."""
    site, month = site_of("oracle"), month_of("oracle")
    told = {case.title: defects.outcome(site, month, case) for case in defects.telemetry_cases()}
    clean = defects.DefectCase("")
    for title, extras in (("everything is told; servers without the measured fans", replace(ALL, server_fans=False)),
                          ("everything is told; no short pods", replace(ALL, short_pods=False))):
        told[title] = defects.outcome(site, run(site, MONTH, extras), clean)
    return told


@cache
def rest_outcomes() -> dict[str, defects.Outcome]:
    """Return what the site of truth gives when nodes draw another power at rest than declared: believed, or fitted."""
    site, told = site_of("oracle"), {}
    for words, factor in (("what is declared", 1.0), ("10 % more", 1.1), ("10 % less", 0.9)):
        real = assumptions.real_site(site, assumptions.Case("", idle=factor))
        month = month_of("oracle") if factor == 1.0 else run(real, MONTH)
        for fitted, said in ((False, "file believed"), (True, "fitted on the month")):
            told[f"{words}; {said}"] = defects.outcome(site, month, defects.DefectCase("", fitted=fitted))
    return told


def page() -> str:
    """Return the whole page."""
    parts = [_prose("head"), _assumptions(), _prose("defects"), _outcomes("demo", defect_outcomes("demo")),
             _prose("oracle"), _outcomes("oracle", defect_outcomes("oracle")), _prose("telemetry"),
             _outcomes("oracle", telemetry_outcomes()), _prose("rest"), _outcomes("oracle", rest_outcomes())]
    return "\n".join(parts)


def _prose(part: str) -> str:
    return (HERE / f"error_table_{part}.md").read_text("utf-8").rstrip("\n") + "\n"


def _assumptions() -> str:
    accounts = accounts_of(tuple(site_of("demo").tenants))
    rows = [[title, *(percent(found[account]) for account in (*accounts, "_residual"))]
            for title, found in assumption_errors().items()]
    return table(("what is wrong", *accounts, "`_residual` / meter"), rows)


def _outcomes(name: str, outcomes: dict[str, defects.Outcome]) -> str:
    accounts = accounts_of(tuple(site_of(name).tenants))
    head = ("what is wrong", *accounts, "`_residual` / meter", "not measured", "does not close")
    return table(head, [[title, *_cells(found, accounts)] for title, found in outcomes.items()])


def _cells(found: defects.Outcome, accounts: tuple[str, ...]) -> list[str]:
    if found.refusal:
        return ["refused", *[""] * (len(accounts) - 1), "", "", _short(found.refusal)]
    flags = ", ".join(f"{share:.2f} % {flag}" for flag, share in found.not_measured.items()) or "-"
    figures = [percent(found.errors[account]) for account in (*accounts, "_residual")]
    return [*figures, flags, ", ".join(f"`{parent}`" for parent in found.open) or "-"]


def _short(refusal: str) -> str:
    """Return what a refusal says, without where it was found and what to do."""
    said = refusal[refusal.index("meter '"):]
    return said.split(": bring")[0].split(": is it in")[0]


def main() -> None:
    """Write the page."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), "utf-8")
    sys.stdout.write(f"{PAGE}\n")


if __name__ == "__main__":
    main()
