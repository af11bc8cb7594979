"""The lines for a spreadsheet: CSV (RFC 4180) with a row per line. Columns and units follow no language; new ones go
last, so that what reads the file by place goes on working.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from energy.allocation.result import Component
from energy.carbon.statement import BookName
from energy.report.lines import EnergyReport, FullCostLine, ReportLine


def _column(name: BookName) -> str:
    return f"{name.replace('-', '_')}_gco2e"


CSV_COLUMNS = (
    "site", "period_start", "period_end", "line", "kind", "it_energy_wh", "overhead_energy_wh", "facility_energy_wh",
    *(f"{component}_wh" for component in Component), "ratio_symbol", "ratio_category", "ratio", "location_based_gco2e",
    "it_energy_quality", "overhead_energy_quality", "carbon_quality", "carbon_factor_id",
    "state", "energy_relative_u", "ratio_relative_u", "itue", "tue", *(_column(name) for name in BookName),
    "free_share_wh", "platform_share_wh", "residual_share_wh", "full_cost_wh", "full_cost_location_based_gco2e",
)


def as_csv(report: EnergyReport) -> str:
    """Return the report as CSV, header first, `.` for decimals; a cell is empty where a figure is refused or blank."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fieldnames=CSV_COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    shares = {line.key: line for line in report.full_cost.lines} if report.view == "tenant" else {}
    writer.writerows({**_row(report, line), **_sure(report, line), **_carbon(line), **_shares(shares.get(line.key))}
                     for line in report.lines)
    return buffer.getvalue()


def _row(report: EnergyReport, line: ReportLine) -> dict[str, Any]:
    ratio, factors = line.pue, report.books[BookName.OPERATIONAL].factors
    return {
        "site": report.site_id, "period_start": report.period.start.isoformat(),
        "period_end": report.period.end.isoformat(), "line": line.key, "kind": line.kind,
        "it_energy_wh": line.it_energy_wh, "overhead_energy_wh": line.overhead_energy_wh,
        "facility_energy_wh": line.facility_energy_wh,
        **{f"{component}_wh": energy_wh for component, energy_wh in line.energy_wh.items()},
        "ratio_symbol": ratio.symbol if ratio else "", "ratio_category": ratio.category if ratio else "",
        "ratio": _decimals(ratio.value if ratio else None, 6),
        "location_based_gco2e": _decimals(line.location_based_gco2e, 3),
        "it_energy_quality": line.quality["it_energy"], "overhead_energy_quality": line.quality["overhead_energy"],
        "carbon_quality": line.quality["carbon"], "carbon_factor_id": factors[0].id if factors else "",
    }


def _sure(report: EnergyReport, line: ReportLine) -> dict[str, Any]:
    own = line.compute
    return {"state": str(report.state), "energy_relative_u": _decimals(line.relative_u or None, 6),
            "ratio_relative_u": _decimals(line.ratio_relative_u or None, 6),
            "itue": _decimals(own.itue if own else None, 6), "tue": _decimals(own.tue if own else None, 6)}


def _carbon(line: ReportLine) -> dict[str, str]:
    return {_column(name): _decimals(line.carbon_g.get(name), 3) for name in BookName}


def _shares(line: FullCostLine | None) -> dict[str, Any]:
    if line is None:
        return {}
    return {"free_share_wh": line.free_wh, "platform_share_wh": line.platform_wh,
            "residual_share_wh": line.residual_wh, "full_cost_wh": line.total_wh,
            "full_cost_location_based_gco2e": _decimals(line.location_based_gco2e, 3)}


def _decimals(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:.{decimals}f}"
