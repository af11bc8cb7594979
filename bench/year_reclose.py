"""Readings of 2,000 outlets at a sample a minute, month after month, through the real decoder and counter engine.

Two processes, half of the outlets each, as a close with two workers does it. A year is 1.05 G samples; this runs one
month and then three, prints both (time grows with the range, memory does not), and extrapolates the year from the
three. The source makes its stream as it is read; that is no work of a close, and its time is said apart.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import time
from zoneinfo import ZoneInfo

from bench._synthetic import Synthetic, outlets
from energy.interval import Period, month_period
from energy.readings.meters import read_meters
from infra.inventory.meters import Meter
from infra.inventory.power import Outlet
from infra.inventory.site import Site
from tests.energy.small import WATTS, small_site

OUTLETS, WORKERS, YEAR, RANGES = 2_000, 2, 2011, (1, 3)
YEAR_SAMPLES = OUTLETS * 365 * 1440
TARGET_S, TARGET_BYTES = 120, 1 << 30


def main() -> None:
    runs = {}
    for months in RANGES:
        with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:  # fresh processes: their peaks are their own
            each = OUTLETS // WORKERS
            runs[months] = pool.starmap(work, [(number * each, each, months) for number in range(WORKERS)], chunksize=1)
    last = runs[RANGES[-1]]
    samples = sum(run["samples"] for run in last)
    year_s = max(run["reading_s"] for run in last) * YEAR_SAMPLES / samples
    peaks = {months: sum(run["peak_bytes"] for run in found) for months, found in runs.items()}
    print(json.dumps({
        "benchmark": "year_reclose", "outlets": OUTLETS, "workers": WORKERS, "year_samples": YEAR_SAMPLES,
        "share_run": round(samples / YEAR_SAMPLES, 3), "samples_run": samples,
        "bytes_per_sample": round(sum(run["bytes"] for run in last) / samples, 1),
        "reading_s": {months: round(max(run["reading_s"] for run in found), 1) for months, found in runs.items()},
        "making_the_stream_s": {months: round(max(run["making_s"] for run in found), 1)
                                for months, found in runs.items()},
        "msamples_per_s_and_core": round(samples / WORKERS / max(run["reading_s"] for run in last) / 1e6, 1),
        "year_s_extrapolated": round(year_s), "target_s": TARGET_S,
        "peak_mib_of_all_workers": {months: round(peak / (1 << 20)) for months, peak in peaks.items()},
        "target_mib": TARGET_BYTES >> 20, "memory_grew_with_range": round(peaks[RANGES[-1]] / peaks[RANGES[0]], 2),
        "within_target": year_s <= TARGET_S and max(peaks.values()) <= TARGET_BYTES,
    }))


def site_of(names: dict[str, float]) -> Site:
    """Return the small site with so many more outlets, each with its meter."""
    site = small_site()
    large = {"rating_w": 1e6}
    power = site.power.model_copy(update={
        "incomers": {"grid": site.power.incomers["grid"].model_copy(update=large)},
        "ups": {**site.power.ups, "ups-a": site.power.ups["ups-a"].model_copy(update=large)},
        "outlets": {**site.power.outlets, **{name: Outlet(fed_by=("pdu-a",), rating_w=3600) for name in names}}})
    meters = {name: Meter(at=name, side="out", serial=name) for name in names}
    return site.model_copy(update={"power": power, "meters": {**site.meters, **meters}})


def work(first: int, count: int, months: int) -> dict[str, float]:
    """Read `months` months of some outlets; return what it took."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[(first // count) % len(cores)]})
    watts = outlets(first, count)
    site = site_of(watts)
    above = dict.fromkeys(("facility", "ups-a-in", "ups-a-out"), sum(watts.values()))
    source = Synthetic({**watts, **{name: power_w + above.get(name, 0.0) for name, power_w in WATTS.items()}})
    january = month_period(f"{YEAR}-01", ZoneInfo("Europe/Paris"))
    read_meters(source, site, Period(january.start, january.start_of(4)))  # loads the compiled loops before the clock
    source.making_s, source.samples_made, source.bytes_made = 0.0, 0, 0
    began, total_j = time.perf_counter(), 0
    for month in range(1, months + 1):
        readings = read_meters(source, site, month_period(f"{YEAR}-{month:02}", ZoneInfo("Europe/Paris")))
        total_j += sum(int(energy_j.sum()) for energy_j in readings.energy_j.values())
    elapsed = time.perf_counter() - began
    assert total_j > 0
    return {"samples": source.samples_made, "bytes": source.bytes_made, "making_s": source.making_s,
            "reading_s": elapsed - source.making_s,
            "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


if __name__ == "__main__":
    main()
