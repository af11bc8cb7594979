"""The report for machines: one JSON document with exact joules. Keys and units follow no language."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from energy.allocation.iso_compute import IsoCompute
from energy.carbon.statement import Book
from energy.closing.reading_facts import as_document as as_readings
from energy.report.lines import EnergyReport, Feeding, FullCost, ReportLine
from energy.report.pue import InterimPue, Pue
from energy.units import J_PER_WH

SCHEMA = "estran.energy.report/2"


def as_json(report: EnergyReport) -> str:
    """Return the report as one JSON document, stable in order."""
    return json.dumps(as_document(report), indent=2, ensure_ascii=False) + "\n"


def as_document(report: EnergyReport) -> dict[str, Any]:
    """Return the report as plain data: energies in whole watt-hours and exact joules, ratios with their dates."""
    return {
        "schema": SCHEMA, "method_version": report.method_version, "site": report.site_id, "name": report.site_name,
        "illustrative": report.illustrative, "state": str(report.state), "closes": list(report.closes),
        "relative_u": dict(report.relative_u), "view": report.view, "month": report.label, "timezone": report.timezone,
        "period": {"start": report.period.start.isoformat(), "end": report.period.end.isoformat(),
                   "intervals": report.period.count, "interval_s": 900},
        "lines": [_line(line) for line in report.lines], "zones": [_line(line) for line in report.zones],
        "closing": {"sum_of_lines_wh": report.sum_of_lines_wh, "facility_meter_wh": report.facility_energy_wh,
                    "sum_of_lines_j": report.sum_of_lines_j, "facility_meter_j": report.facility_energy_j},
        "it_energy_wh": report.it_energy_wh, "location_based_gco2e": round(report.location_based_gco2e, 3),
        "site_ratios": [_ratio(ratio) for ratio in report.site_pue],
        "carbon_books": {str(name): _book(book) for name, book in report.books.items()},
        "full_cost": _full_cost(report.full_cost), "feeds": _feeding(report.feeding),
        "comparison": _comparison(report.iso_compute), "unseen_wh": round(report.unseen_j / J_PER_WH),
        "readings": {**as_readings(report.readings), "declared": ["nodes-idle-power", *report.declared]},
    }


def _book(book: Book) -> dict[str, Any]:
    total_g = book.total_grams
    return {"total_gco2e": None if total_g is None else round(total_g, 3), "blank": str(book.blank) if book.blank else
            None, "factors": [asdict(use) for use in book.factors], "remarks": list(map(str, book.remarks))}


def _full_cost(view: FullCost) -> dict[str, Any]:
    return {"unborne_wh": view.unborne_wh, "total_wh": view.total_wh, "lines": [
        {"line": line.key, "own_wh": line.own_wh, "free_wh": line.free_wh, "platform_wh": line.platform_wh,
         "residual_wh": line.residual_wh, "total_wh": line.total_wh,
         "location_based_gco2e": round(line.location_based_gco2e, 3)} for line in view.lines]}


def _feeding(feeding: Feeding) -> dict[str, Any]:
    return {
        "closure": [{"parent": each.parent, "in_j": each.in_j, "children_j": each.children_j, "loss_j": each.loss_j,
                     "residual_j": each.residual_j, "u_j": round(each.u_j), "verdict": str(each.verdict),
                     "meters": list(each.meters)} for each in feeding.balances],
        "feed_totals_j": dict(feeding.feed_totals_j),
        "categories": [{"category": each.number, "it_energy_j": each.it_energy_j, "loss_before_j": each.loss_before_j,
                        "meters": list(each.meters)}
                       for each in feeding.categories]}


def _comparison(found: IsoCompute | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"from": found.before.name, "to": found.after.name, "pue_change": round(found.pue_change, 6),
            "tue_change": round(found.tue_change, 6), "energy_per_work_change": round(found.energy_per_work_change, 6),
            "warning": str(found.warning) if found.warning else None}


def _line(line: ReportLine) -> dict[str, Any]:
    return {
        "line": line.key, "name": line.name, "kind": line.kind, "it_energy_wh": line.it_energy_wh,
        "overhead_energy_wh": line.overhead_energy_wh, "facility_energy_wh": line.facility_energy_wh,
        "facility_energy_j": line.energy_j,
        "components_wh": {str(component): energy_wh for component, energy_wh in line.energy_wh.items()},
        "energy_relative_u": round(line.relative_u, 6), "ratio_relative_u": round(line.ratio_relative_u, 6),
        "ratio": _ratio(line.pue), "itue": _rounded(line.compute.itue if line.compute else None),
        "tue": _rounded(line.compute.tue if line.compute else None),
        "location_based_gco2e": round(line.location_based_gco2e, 3),
        "carbon_g": {str(name): _rounded(grams) for name, grams in line.carbon_g.items()},
        "quality": {name: str(flag) for name, flag in line.quality.items()},
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _ratio(ratio: Pue | InterimPue | None) -> dict[str, Any] | None:
    if ratio is None:
        return None
    return {"symbol": ratio.symbol, "category": ratio.category, "value": round(ratio.value, 6),
            "start": ratio.start.isoformat(), "end": ratio.end.isoformat()}
