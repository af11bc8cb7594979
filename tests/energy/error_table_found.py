"""A settled month against its truth, in percent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from energy.allocation.result import Allocation
from energy.readings.names import RESIDUAL
from lab.plant.model import PlantMonth

Errors = dict[str, float]
Truth = Mapping[str, Mapping[str, float]]


def truth_of(month: PlantMonth) -> Truth:
    """Return the truth of a month [J], by account and component."""
    accounts = month.truth["accounts"]
    assert isinstance(accounts, dict)
    return accounts


def found_j(allocation: Allocation) -> dict[str, int]:
    """Return what each account bears [J]."""
    found: dict[str, int] = {}
    for shares in allocation.shares.values():
        for row, holder in enumerate(shares.holders):
            found[holder.account] = found.get(holder.account, 0) + int(shares.energy_j[row].sum())
    return found


def errors_of(allocation: Allocation, truth: Truth) -> Errors:
    """Return each account's error [% of its truth], and the residual [% of the facility meter]."""
    found = found_j(allocation)
    table = {account: 100 * (found[account] / sum(parts.values()) - 1) for account, parts in truth.items()}
    return {**table, RESIDUAL: 100 * found[RESIDUAL] / int(allocation.closure.facility_j.sum())}


def accounts_of(site_tenants: Sequence[str]) -> tuple[str, ...]:
    """Return the accounts in the order of the columns."""
    return (*site_tenants, "_platform", "_free")


def percent(value: float) -> str:
    """Return a signed percentage with two decimals; a rounded zero has the sign plus."""
    return f"{value:+.2f} %".replace("-0.00", "+0.00")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    body = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *body]) + "\n"
