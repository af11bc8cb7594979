"""The report for machines: JSON with exact joules, CSV with a row per line. Keys and units follow no language."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from energy.allocation.result import Component
from energy.carbon.factors import FactorRow
from energy.report.lines import EnergyReport, ReportLine
from energy.report.pue import InterimPue, Pue

SCHEMA = "estran.energy.report/1"
CSV_COLUMNS = (
    "site", "period_start", "period_end", "line", "kind", "it_energy_wh", "overhead_energy_wh", "facility_energy_wh",
    *(f"{component}_wh" for component in Component), "ratio_symbol", "ratio_category", "ratio", "location_based_gco2e",
    "it_energy_quality", "overhead_energy_quality", "carbon_quality", "carbon_factor_id",
)


def as_json(report: EnergyReport) -> str:
    """Return the report as one JSON document, stable in order."""
    return json.dumps(as_document(report), indent=2, ensure_ascii=False) + "\n"


def as_csv(report: EnergyReport) -> str:
    """Return the report as CSV (RFC 4180, header first, `.` for decimals)."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fieldnames=CSV_COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_row(report, line) for line in report.lines)
    return buffer.getvalue()


def as_document(report: EnergyReport) -> dict[str, Any]:
    """Return the report as plain data: energies in whole watt-hours and exact joules, ratios with their dates."""
    return {
        "schema": SCHEMA, "method_version": report.method_version, "site": report.site_id, "name": report.site_name,
        "illustrative": report.illustrative, "view": report.view, "month": report.label, "timezone": report.timezone,
        "period": {"start": report.period.start.isoformat(), "end": report.period.end.isoformat(),
                   "intervals": report.period.count, "interval_s": 900},
        "lines": [_line(line) for line in report.lines],
        "closing": {"sum_of_lines_wh": report.sum_of_lines_wh, "facility_meter_wh": report.facility_energy_wh,
                    "sum_of_lines_j": report.sum_of_lines_j, "facility_meter_j": report.facility_energy_j},
        "it_energy_wh": report.it_energy_wh, "location_based_gco2e": round(report.location_based_gco2e, 3),
        "site_ratios": [_ratio(ratio) for ratio in report.site_pue],
        "carbon": {**_source(report.carbon.row), "book": "operational",
                   "mean_gco2e_per_kwh": round(report.carbon.mean_gco2_per_kwh, 3),
                   "intervals": {str(quality): count for quality, count in report.carbon.counts.items()}},
        "readings": {"source": report.source, "meters": report.meters, "bridged_intervals": dict(report.bridged),
                     "declared": ["nodes-idle-power", *report.declared]},
    }


def _source(row: FactorRow) -> dict[str, str]:
    return {"id": row.id, "title": row.title, "publisher": row.publisher, "licence": row.licence, "scope": row.scope,
            "method": row.method}


def _line(line: ReportLine) -> dict[str, Any]:
    return {
        "line": line.key, "name": line.name, "kind": line.kind, "it_energy_wh": line.it_energy_wh,
        "overhead_energy_wh": line.overhead_energy_wh, "facility_energy_wh": line.facility_energy_wh,
        "facility_energy_j": line.energy_j,
        "components_wh": {str(component): energy_wh for component, energy_wh in line.energy_wh.items()},
        "ratio": _ratio(line.pue), "location_based_gco2e": round(line.location_based_gco2e, 3),
        "quality": {name: str(flag) for name, flag in line.quality.items()},
    }


def _ratio(ratio: Pue | InterimPue | None) -> dict[str, Any] | None:
    if ratio is None:
        return None
    return {"symbol": ratio.symbol, "category": ratio.category, "value": round(ratio.value, 6),
            "start": ratio.start.isoformat(), "end": ratio.end.isoformat()}


def _row(report: EnergyReport, line: ReportLine) -> dict[str, Any]:
    ratio = line.pue
    return {
        "site": report.site_id, "period_start": report.period.start.isoformat(),
        "period_end": report.period.end.isoformat(), "line": line.key, "kind": line.kind,
        "it_energy_wh": line.it_energy_wh, "overhead_energy_wh": line.overhead_energy_wh,
        "facility_energy_wh": line.facility_energy_wh,
        **{f"{component}_wh": energy_wh for component, energy_wh in line.energy_wh.items()},
        "ratio_symbol": ratio.symbol if ratio else "", "ratio_category": ratio.category if ratio else "",
        "ratio": f"{ratio.value:.6f}" if ratio else "", "location_based_gco2e": f"{line.location_based_gco2e:.3f}",
        "it_energy_quality": line.quality["it_energy"], "overhead_energy_quality": line.quality["overhead_energy"],
        "carbon_quality": line.quality["carbon"], "carbon_factor_id": report.carbon.row.id,
    }
