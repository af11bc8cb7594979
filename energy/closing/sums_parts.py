"""The sums of a month in the ledger: one row per holder, so that a year of any site is read in an instant."""

from __future__ import annotations

import pyarrow as pa

from energy.allocation.holders import Holder, Shares
from energy.allocation.result import Component
from energy.closing.day_parts import BESIDE, CLOSURE, SHARES, SPREAD, beside_from, beside_table
from energy.closing.kept_day import Spread
from energy.closing.month_sums import Sums
from energy.graph.feeds import Feeds
from energy.interval import Period
from energy.ledger.closure_table import closure_from, closure_table
from energy.ledger.manifest import Close
from energy.ledger.parts import Parts
from energy.ledger.tables import sums_from, sums_table

_SPREAD_COLUMNS = ("free_j", "platform_j", "residual_j")


def sums_tables(sums: Sums) -> dict[str, pa.Table]:
    """Return the sums of a month as tables, by kind."""
    columns = {f"{component}_j": sums.shares[component] for component in Component}
    tenants = tuple(Holder(tenant, "") for tenant in sums.spread.tenants)
    spread = {name: Shares(tenants, getattr(sums.spread, name)) for name in _SPREAD_COLUMNS}
    beside = {"fans_j": sums.beside.fans, "reserved_mw": sums.beside.reserved_mw}
    return {SHARES: sums_table({**columns, **beside}), CLOSURE: closure_table(sums.closure),
            BESIDE: beside_table(sums.beside), SPREAD: sums_table(spread)}


def sums_of_close(parts: Parts, close: Close, feeds: Feeds, period: Period) -> Sums:
    """Return the sums of a close. Raises DamagedError."""
    columns = sums_from(parts.get(close.parts[SHARES]))
    spread = sums_from(parts.get(close.parts[SPREAD]))
    tenants = tuple(holder.account for holder in spread["free_j"].holders)
    return Sums(
        period, {component: columns[f"{component}_j"] for component in Component},
        closure_from(parts.get(close.parts[CLOSURE]), feeds, period),
        beside_from(parts.get(close.parts[BESIDE]), columns["fans_j"], columns["reserved_mw"]),
        Spread(tenants, *(spread[name].energy_j for name in _SPREAD_COLUMNS)))
