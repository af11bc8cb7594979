"""Short pods: what they used, what scrapes show of it, and what `irate` makes of it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.interval import month_period
from lab.plant.clock import Clock, clock_of
from lab.plant.pods import LONGEST_S, SHORTEST_S, Pods, batch_pods

PARIS = ZoneInfo("Europe/Paris")
EDGES_S = np.arange(0.0, 601.0, 60.0)


def pods(*lives: tuple[float, float]) -> Pods:
    return Pods(np.array([start for start, _end in lives], dtype=float), np.array([end for _start, end in lives],
                                                                                  dtype=float))


@pytest.fixture(scope="module")
def clock() -> Clock:
    return clock_of(month_period("2012-02", PARIS), PARIS)


class TestByHand:
    def test_what_two_pods_used(self) -> None:
        # 30 to 150 s, and 100 to 200 s: 30 s before 60, 60 + 20 before 120, 30 + 60 before 180, 20 before 240
        used = pods((30, 150), (100, 200)).used_s(EDGES_S)
        assert np.diff(used)[:5].tolist() == pytest.approx([30, 80, 90, 20, 0])

    def test_a_scrape_shows_a_pod_up_to_the_last_one(self) -> None:
        # scraped at 60 and 120 s: 30 and 90 s; its last 30 s were never seen
        assert pods((30, 150)).shown_s(EDGES_S)[:5].tolist() == pytest.approx([0, 30, 90, 90, 90])

    def test_a_pod_between_two_scrapes_was_never_there(self) -> None:
        between = pods((61, 119))
        assert between.used_s(EDGES_S)[-1] == pytest.approx(58)
        assert between.shown_s(EDGES_S)[-1] == 0

    @pytest.mark.parametrize(("end", "minutes"), [(110, 0), (130, 4), (190, 5), (250, 6)])
    def test_irate_counts_n_plus_two_minutes_of_n_scrapes(self, end: float, minutes: int) -> None:
        # from 50 s: scrapes at 60 (one: no rate), 120 (two: 4 minutes), 180 (5), 240 (6)
        assert pods((50, end)).irate_cores(20).sum() == minutes

    def test_irate_begins_at_the_second_scrape(self) -> None:
        assert np.flatnonzero(pods((50, 190)).irate_cores(20)).tolist() == [2, 3, 4, 5, 6]


lives = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 400)), min_size=1, max_size=8)


class TestLaws:
    @settings(max_examples=60, deadline=None)
    @given(lives)
    def test_scrapes_never_show_more_than_was_used(self, drawn: list[tuple[int, int]]) -> None:
        some = pods(*((float(start), float(start + length)) for start, length in drawn))
        edges_s = np.arange(0.0, 1201.0, 60.0)
        used, shown = some.used_s(edges_s), some.shown_s(edges_s)
        assert (shown <= used + 1e-6).all()
        assert (np.diff(shown) >= -1e-6).all()
        assert (used - shown <= 60 * len(drawn) + 1e-6).all()  # a scrape's time each, at most

    @settings(max_examples=60, deadline=None)
    @given(lives)
    def test_all_that_was_used_is_the_sum_of_lengths(self, drawn: list[tuple[int, int]]) -> None:
        some = pods(*((float(start), float(start + length)) for start, length in drawn))
        assert float(some.used_s(np.array([2000.0]))[0]) == pytest.approx(sum(length for _start, length in drawn))


class TestBatch:
    def test_they_live_30_seconds_to_20_minutes(self, clock: Clock) -> None:
        found = batch_pods(4, clock, "s")
        lengths = found.ends_s - found.starts_s
        assert SHORTEST_S <= lengths.min() < 1.2 * SHORTEST_S
        assert 0.8 * LONGEST_S < lengths.max() <= LONGEST_S
        assert len(lengths) > 10_000

    def test_never_more_at_once_than_cores_reserved(self, clock: Clock) -> None:
        busy = np.diff(batch_pods(4, clock, "s").used_s(np.arange(clock.count + 1.0) * 60)) / 60
        assert busy.max() <= 4 + 1e-6
        assert 0.3 * 4 < busy.mean() < 0.7 * 4

    def test_the_same_seed_gives_the_same(self, clock: Clock) -> None:
        assert np.array_equal(batch_pods(2, clock, "a").starts_s, batch_pods(2, clock, "a").starts_s)
        assert not np.array_equal(batch_pods(2, clock, "a").starts_s[:9], batch_pods(2, clock, "b").starts_s[:9])
