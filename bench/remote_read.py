"""Raw samples in bulk: remote read against the client library's `get_metric_range_data`, one Prometheus, the same data.

This process is pinned to one core, the server to the others. Prints one JSON document.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from prometheus_api_client import PrometheusConnect

from energy.interval import Period
from energy.readings.chunked import ChunkedReader
from energy.readings.connection import Access, Connection
from energy.readings.names import METER_ENERGY
from energy.readings.prometheus import Prometheus
from energy.readings.register import Register
from infra.inventory.meters import Meter
from lab.history.server import prometheus_down
from tests.energy.engine import meters_text, registers, serve

METERS, DAYS, REPEAT, CLIENT_DAYS = 200, 7, 5, 1
START = datetime(2012, 3, 5, tzinfo=UTC)
METRIC, SITE = METER_ENERGY["Wh"], {"site": "small"}
TARGET_TIMES, TARGET_PER_S = 40, 9_000_000


def main() -> None:
    period = Period(START, START + timedelta(days=DAYS))
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="estran-bench-") as folder:
        os.sched_setaffinity(0, set(cores[1:]) or set(cores))  # the server inherits it
        watts = {f"o-{number:04}": 200.0 + 7 * (number % 53) for number in range(METERS)}
        url = serve(meters_text(registers(period, watts, start_wh=123_456.7)), Path(folder))
        os.sched_setaffinity(0, {cores[0]})
        try:
            bulk = [_bulk(url, period) for _ in range(REPEAT + 1)][1:]
            client = [_client(url) for _ in range(2)]
            decode = _decode(url, period)
        finally:
            prometheus_down(Path(folder))
    per_s, settled_per_s = (statistics.median(samples / row[side] for samples, *row in bulk) for side in (0, 1))
    client_per_s = statistics.median(samples / seconds for samples, seconds in client)
    print(json.dumps({
        "benchmark": "remote_read", "repeat": REPEAT, "meters": METERS, "days": DAYS, "samples": bulk[0][0],
        "bulk_msamples_per_s": round(per_s / 1e6, 1), "settled_msamples_per_s": round(settled_per_s / 1e6, 1),
        "decoder_and_checksum_msamples_per_s": round(decode / 1e6, 1),
        "client_samples": client[0][0], "client_msamples_per_s": round(client_per_s / 1e6, 3),
        "times_the_client": round(per_s / client_per_s), "target_times": TARGET_TIMES,
        "target_msamples_per_s": TARGET_PER_S / 1e6,
        "within_target": per_s >= TARGET_PER_S and per_s >= TARGET_TIMES * client_per_s,
    }))


def _span(period: Period) -> tuple[int, int]:
    return int(period.edges_s[0]) * 1000, int(period.edges_s[-1]) * 1000


def _bulk(url: str, period: Period) -> tuple[int, float, float]:
    """Return samples, seconds to have them all as arrays, and seconds to have them settled in intervals."""
    source, seconds = Prometheus(url), []
    for settle in (False, True):
        made = {} if settle else None
        began, samples = time.perf_counter(), 0
        for series in source.samples(METRIC, SITE, _span(period)):
            samples += len(series.times_ms)
            if made is not None:
                name = series.labels["meter"]
                if name not in made:
                    made[name] = Register(Meter(at="x", serial=name), period, 3600.0, datetime.now(UTC))
                made[name].feed(series.times_ms, series.values)
        for register in (made or {}).values():
            register.row()
        seconds.append(time.perf_counter() - began)
    source.close()
    return samples, seconds[0], seconds[1]


def _client(url: str) -> tuple[int, float]:
    client = PrometheusConnect(url=url)
    began = time.perf_counter()
    data = client.get_metric_range_data(METRIC, SITE, START, START + timedelta(days=CLIENT_DAYS))
    samples = sum(len([(float(moment), float(value)) for moment, value in series["values"]]) for series in data)
    return samples, time.perf_counter() - began


def _decode(url: str, period: Period) -> float:
    """Return samples per second of frames, checksums and chunks alone, from an answer kept in memory."""
    import io

    import cramjam

    from energy.readings.wire import read_request

    connection = Connection(url, Access())
    body = bytes(cramjam.snappy.compress_raw(read_request({"__name__": METRIC, **SITE}, _span(period))))
    answer = connection.session.post(f"{url}/api/v1/read", data=body).content
    connection.close()
    reader, best = ChunkedReader(), 0.0
    for _ in range(REPEAT):
        began = time.perf_counter()
        samples = sum(len(series.times_ms) for series in reader.series(io.BytesIO(answer), _span(period)))
        best = max(best, samples / (time.perf_counter() - began))
    return best


if __name__ == "__main__":
    main()
