"""How a long question is cut into short ones: limits of Prometheus, and of the memory here."""

from __future__ import annotations

from dataclasses import dataclass

POINTS_MAX = 11_000  # Prometheus refuses more points per series in one query_range
SAMPLES_MAX = 50_000_000  # `--query.max-samples`: more samples in one query are refused
SAMPLES_AIM = SAMPLES_MAX * 4 // 5  # the spacing is an estimate
BULK_SAMPLES_AIM = 2_000_000  # a small site is read in few windows, a large one day by day
JSON_SAMPLES_AIM = 1_000_000  # some 32 MB of JSON: what is parsed at once
DAY_S = 86_400
DAYS_MAX = 31

# Measured on two cores, for the estimate only: bytes and samples a second of streamed chunks, and of JSON.
CHUNKS = (8.2, 9_000_000)
JSON = (31.6, 220_000)


@dataclass(frozen=True)
class Plan:
    """Windows [ms, both ends included] that follow each other, and what reading them costs."""

    windows: tuple[tuple[int, int], ...]
    samples: int
    bytes: int
    seconds: float


def plan(series: int, span_ms: tuple[int, int], scrape_s: int, bulk: bool) -> Plan:
    """Return the windows for raw samples of `series` series: days, parts of one where a day is too many samples."""
    bytes_each, a_second = CHUNKS if bulk else JSON
    fits_s = max(scrape_s, (SAMPLES_AIM if bulk else JSON_SAMPLES_AIM) * scrape_s // max(1, series))
    whole_days = max(1, BULK_SAMPLES_AIM * scrape_s // (max(1, series) * DAY_S)) if bulk else 1
    window_s = min(whole_days * DAY_S, fits_s, DAYS_MAX * DAY_S)
    starts = range(span_ms[0], span_ms[1] + 1, window_s * 1000)
    windows = tuple((start, min(start + window_s * 1000 - 1, span_ms[1])) for start in starts)
    samples = series * ((span_ms[1] - span_ms[0]) // (scrape_s * 1000) + 1)
    return Plan(windows, samples, int(samples * bytes_each), samples / a_second)


def points_at_once(series: int, samples_per_point: int) -> int:
    """Return how many points of a range query respect both limits."""
    return max(1, min(POINTS_MAX, SAMPLES_AIM // max(1, series * samples_per_point)))
