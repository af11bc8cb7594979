"""A year's report out of the ledger, beside its floor: reading the same bytes and hashing them. A month of a site of
200 nodes and 1,000 tenants is closed once; its close stands for the twelve. Prints one JSON document.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.large_site import large_readings, large_site, large_use
from energy.closing.close import Closing, Intent
from energy.closing.inputs import MonthInputs
from energy.closing.load import settled_year
from energy.closing.period_carbon import FactorSource
from energy.interval import month_period
from energy.ledger.book import Ledger
from energy.ledger.manifest import Close
from energy.readings.telemetry import Telemetry
from energy.report.build import report_of

LIMIT_S, REPEAT, NODES, TENANTS = 1.0, 5, 200, 1_000


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def twelve_months(ledger: Ledger, march: Close) -> None:
    """Put the other months into the chain, each with March's figures under its own dates."""
    site = large_site(NODES, TENANTS)
    for number in (1, 2, *range(4, 13)):
        period = month_period(f"2012-{number:02d}", site.zone_info)
        chain = ledger.closes()
        ledger.append(march.model_copy(update={
            "month": f"2012-{number:02d}", "sequence": len(chain) + 1, "previous": chain[-1].digest,
            "facts": {**march.facts, "period": [period.start.isoformat(), period.end.isoformat()]}}))


def read_bytes(ledger: Ledger) -> int:
    """Read and hash what a year's report reads: the sums, books, site and baselines of each month, and the closes."""
    size = 0
    for close in ledger.closes():
        for name in close.parts.values():
            content = ledger.parts.path(name).read_bytes()
            hashlib.sha256(content)
            size += len(content)
    return size


def main() -> None:
    site = large_site(NODES, TENANTS)
    period = month_period("2012-03", site.zone_info)
    inputs = MonthInputs("2012-03", large_readings(site, period), large_use(site, period), Telemetry(period), "bench")
    with tempfile.TemporaryDirectory(prefix="estran-bench-") as folder:
        ledger = Ledger(Path(folder), site.id)
        with ledger.writing():
            began = time.perf_counter()
            march = Closing(site, ledger, inputs, FactorSource()).run(Intent(final=True)).close
            close_s = time.perf_counter() - began
        twelve_months(ledger, march)
        runs = [seconds(lambda: report_of(settled_year(ledger, "2012"))) for _ in range(REPEAT)]
        floor = [seconds(lambda: read_bytes(ledger)) for _ in range(REPEAT)]
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    report_s, floor_s = statistics.median(runs), statistics.median(floor)
    print(json.dumps({
        "benchmark": "year_report", "repeat": REPEAT, "nodes": NODES, "tenants": TENANTS, "months": 12,
        "report_s": round(report_s, 3), "floor_read_and_hash_s": round(floor_s, 3),
        "over_floor": round(report_s / floor_s, 1), "limit_s": LIMIT_S, "within_limit": report_s <= LIMIT_S,
        "close_one_month_s": round(close_s, 1), "ledger_mib": round(size / 2**20, 1),
    }))


if __name__ == "__main__":
    main()
