"""The full-cost view in whole watt-hours: what tenants bear once nobody's lines are spread over them."""

from __future__ import annotations

from energy.closing.settled_period import SettledPeriod
from energy.report.lines import FullCost, FullCostLine
from energy.report.rounding import whole_wh

PARTS = 4  # own, free, platform, residual


def full_cost_lines(settled: SettledPeriod) -> FullCost:
    """Return the full-cost view of a settled period; its cells add up to the facility meter in printed watt-hours."""
    spread, own_j = settled.sums.spread, _own_j(settled)
    rows = [(own_j.get(tenant, 0), *(int(part[row].sum()) for part in (
        spread.free_j, spread.platform_j, spread.residual_j))) for row, tenant in enumerate(spread.tenants)]
    facility_j = int(settled.sums.closure.facility_j.sum())
    unborne_j = facility_j - sum(map(sum, rows))
    *cells, unborne_wh = whole_wh([cell for row in rows for cell in row] + [unborne_j])
    lines = {tenant: FullCostLine(
        tenant, settled.site.tenants[tenant].name, own_wh=own, free_wh=free, platform_wh=platform,
        residual_wh=residual, location_based_gco2e=settled.carbon.full_cost.grams(tenant) or 0.0)
        for tenant, own, free, platform, residual in zip(
            spread.tenants, *(cells[column::PARTS] for column in range(PARTS)), strict=True)}
    return FullCost(tuple(lines[tenant] for tenant in settled.site.tenants if tenant in lines), unborne_wh)


def _own_j(settled: SettledPeriod) -> dict[str, int]:
    found: dict[str, int] = {}
    for shares in settled.sums.shares.values():
        for holder, energy_j in zip(shares.holders, shares.energy_j.sum(axis=1).tolist(), strict=True):
            found[holder.account] = found.get(holder.account, 0) + energy_j
    return found
