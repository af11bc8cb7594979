"""The published figures of `irate` over short pods, by its model and by a real Prometheus."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import requests

from lab.history.server import prometheus_down
from tests.energy.engine import serve
from tests.energy.peers.short_pods import (
    DAY_S,
    METRIC,
    PUBLISHED,
    START,
    day_of_pods,
    irate_j,
    openmetrics,
    shown_j,
    true_j,
)

LENGTHS = sorted(PUBLISHED)


@pytest.mark.parametrize("lengths", LENGTHS)
def test_the_published_overcount(lengths: tuple[float, float]) -> None:
    # expected by hand for 2 to 20 minutes: lengths of 11 minutes in the mean count as 13: +18.2 %; for 0.5 to 3
    # minutes, one scrape counts as none: 2.6 minutes of 1.75: +48.6 %. Published, of one drawing each: 18.5 and 51.6
    pods = day_of_pods(*lengths)
    assert 100 * (irate_j(pods) / true_j(pods) - 1) == pytest.approx(PUBLISHED[lengths], abs=6)


@pytest.mark.parametrize(("lengths", "expected"), [((2.0, 20.0), 13 / 11), ((0.5, 3.0), 2.6 / 1.75)])
def test_the_overcount_worked_by_hand(lengths: tuple[float, float], expected: float) -> None:
    pods = day_of_pods(*lengths, pods=20_000)
    assert irate_j(pods) / true_j(pods) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(("lengths", "published"), [((2.0, 20.0), -4.4), ((0.5, 3.0), -27.0)])
def test_counters_from_zero_are_a_lower_bound(lengths: tuple[float, float], published: float) -> None:
    # half a scrape of each pod is unseen in the mean: 30 s of 11 minutes is 4.5 %, of 1.75 minutes 28.6 %
    pods = day_of_pods(*lengths)
    error = 100 * (shown_j(pods) / true_j(pods) - 1)
    assert error == pytest.approx(published, abs=2)
    assert error < 0


@pytest.mark.engine
@pytest.mark.parametrize("lengths", LENGTHS)
def test_a_real_prometheus_says_the_same(lengths: tuple[float, float], tmp_path: Path) -> None:
    # red when the model counts n + 1 or n + 3 minutes of a pod of n scrapes
    pods = day_of_pods(*lengths, pods=400)
    url = serve(openmetrics(pods), tmp_path)
    try:
        # a range query: its evaluations fall on full minutes
        answer = requests.get(f"{url}/api/v1/query_range", timeout=60, params={
            "query": f"sum(irate({METRIC}[5m]))", "start": START, "end": START + DAY_S, "step": 60}).json()
    finally:
        prometheus_down(tmp_path)
    values = np.array([float(value) for _moment, value in answer["data"]["result"][0]["values"]])
    assert values.sum() * 60 == pytest.approx(irate_j(pods), rel=0.002)
