"""docs/energy/peers.md: what two well-known methods say of the same month, and why.

Run `python -m tests.energy.peers.page` from the project's root to write the page anew.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache

from tests.energy.error_table import HERE, ROOT, month_of, site_of
from tests.energy.error_table_defects import DefectCase, outcome
from tests.energy.error_table_found import accounts_of, table, truth_of
from tests.energy.peers.ceems import ceems, without_irate
from tests.energy.peers.kepler import kepler
from tests.energy.peers.seen import Seen, seen
from tests.energy.peers.short_pods import PUBLISHED, day_of_pods, irate_j, shown_j, true_j

PAGE = ROOT / "docs" / "energy" / "peers.md"
By = Mapping[str, float]


@cache
def given() -> Seen:
    """Return what the methods are given."""
    return seen(month_of("oracle"))


@cache
def truth() -> Mapping[str, Mapping[str, float]]:
    """Return the truth [J] by account and component."""
    return truth_of(month_of("oracle"))


def accounts() -> tuple[str, ...]:
    """Return the accounts in the order of the columns."""
    return accounts_of(tuple(site_of("oracle").tenants))


def true_pue() -> float:
    """Return the site's mean PUE of the month: the best constant that a rule file could hold."""
    it_j = sum(parts["idle"] + parts["dynamic"] for parts in truth().values())
    return sum(sum(parts.values()) for parts in truth().values()) / it_j


@cache
def methods() -> dict[str, By]:
    """Return joules by account of each method."""
    ratio = kepler(given())
    return {"CPU ratio, pods only (Kepler)": ratio.pods_j,
            "CPU ratio, idle spread by it too": ratio.with_idle_j,
            "`irate`, a tenth by heads, PUE 1 (CEEMS)": ceems(given()),
            "the same with the site's own mean PUE": ceems(given(), true_pue())}


def errors(found: By) -> dict[str, float]:
    """Return each account's error [% of its truth]; an account that a method does not know gets nothing."""
    return {account: 100 * (found.get(account, 0.0) / sum(truth()[account].values()) - 1) for account in accounts()}


def ladder() -> dict[str, By]:
    """Return why the `irate` rules with PUE 1 miss each account's truth, step by step [J]: the steps add up."""
    rules, used = ceems(given()), ceems(without_irate(given()))
    no_heads = ceems(without_irate(given()), misc=0.0)
    steps: dict[str, dict[str, float]] = {}
    for account in accounts():
        parts = truth()[account]
        it_j = parts["idle"] + parts["dynamic"]
        for step, joules in (("facility not seen", it_j - sum(parts.values())),
                             ("node power by CPU time, not by reservation", no_heads.get(account, 0.0) - it_j),
                             ("a tenth by heads", used.get(account, 0.0) - no_heads.get(account, 0.0)),
                             ("`irate` of short pods", rules.get(account, 0.0) - used.get(account, 0.0))):
            steps.setdefault(step, {})[account] = joules
    return steps


def overcounts() -> dict[tuple[float, float], tuple[float, float]]:
    """Return by lengths of pods [min] the error of `irate` and of counters from zero [%]."""
    found = {}
    for lengths in PUBLISHED:
        pods = day_of_pods(*lengths)
        found[lengths] = (100 * (irate_j(pods) / true_j(pods) - 1), 100 * (shown_j(pods) / true_j(pods) - 1))
    return found


def page() -> str:
    """Return the whole page."""
    return "\n".join([_prose("head"), _errors(), _prose("why"), _ladder(), _prose("pods"), _pods(), _prose("tail")])


def _prose(part: str) -> str:
    return (HERE / "peers" / f"page_{part}.md").read_text("utf-8").rstrip("\n") + "\n"


def _errors() -> str:
    facility_j = given().facility_j
    rows = []
    for title, found in methods().items():
        rows.append([title, *(_percent(value) for value in errors(found).values()),
                     f"{100 * sum(found.values()) / facility_j:.1f} %"])
    own = outcome(site_of("oracle"), month_of("oracle"), DefectCase("none")).errors
    rows.append(["Estran", *(_percent(own[account]) for account in accounts()), "100.0 %"])
    return table(("method", *accounts(), "sum / facility meter"), rows)


def _ladder() -> str:
    rows = [[step, *(_percent(100 * by[account] / sum(truth()[account].values())) for account in accounts())]
            for step, by in ladder().items()]
    return table(("step", *accounts()), rows)


def _pods() -> str:
    rows = [[f"{shortest:g} to {longest:g} minutes", _percent(found[0]), f"+{PUBLISHED[shortest, longest]:.1f} %",
             _percent(found[1])] for (shortest, longest), found in overcounts().items()]
    return table(("pods of", "`irate` over five minutes", "as published", "counters, each from zero"), rows)


def _percent(value: float) -> str:
    return f"{value:+.1f} %".replace("-0.0 ", "+0.0 ")


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")
    sys.stdout.write(f"{PAGE}\n")


if __name__ == "__main__":
    main()
