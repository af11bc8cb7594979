"""The full-cost view in whole watt-hours: what tenants bear once nobody's lines are spread over them."""

from __future__ import annotations

from collections.abc import Sequence

from energy.closing.settled_period import SettledPeriod
from energy.readings.names import FREE, PLATFORM, RESIDUAL
from energy.report.lines import FullCost, FullCostLine, ReportLine
from energy.report.rounding import whole_wh_to


def full_cost_lines(settled: SettledPeriod, lines: Sequence[ReportLine]) -> FullCost:
    """Return the full-cost view of a settled period, made of its printed lines by tenant.

    What a tenant bears of its own is its printed line; its shares of `_free`, `_platform` and `_residual` add up to
    those printed lines. So all adds up to the facility meter in printed watt-hours.
    """
    spread, by_key = settled.sums.spread, {line.key: line for line in lines}
    columns: dict[str, dict[str, int]] = {}
    unborne_wh = 0
    for account, shares_j in ((FREE, spread.free_j), (PLATFORM, spread.platform_j), (RESIDUAL, spread.residual_j)):
        parts_j = [int(row.sum()) for row in shares_j]
        rest_j = by_key[account].energy_j - sum(parts_j)
        *shares_wh, rest_wh = whole_wh_to(by_key[account].facility_energy_wh, [*parts_j, rest_j])
        columns[account] = dict(zip(spread.tenants, shares_wh, strict=True))
        unborne_wh += rest_wh
    return FullCost(tuple(FullCostLine(
        line.key, line.name, own_wh=line.facility_energy_wh, free_wh=columns[FREE].get(line.key, 0),
        platform_wh=columns[PLATFORM].get(line.key, 0), residual_wh=columns[RESIDUAL].get(line.key, 0),
        location_based_gco2e=settled.carbon.full_cost.grams(line.key) or 0.0)
        for line in lines if line.kind == "tenant"), unborne_wh)
