"""Short pods: they come and go between two scrapes, so that what a scrape shows is less than what they used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.plant.clock import STEP_S, Clock, Series
from lab.plant.noise import generator

SHORTEST_S, LONGEST_S = 30.0, 1200.0
GAP_MEAN_S = 300.0
IRATE_WINDOW_SCRAPES = 5


@dataclass(frozen=True)
class Pods:
    """Pods of one core each: start and end [s since the start of the period], in any order."""

    starts_s: Series
    ends_s: Series

    def used_s(self, edges_s: Series) -> Series:
        """Return the core-seconds that they used up to each edge [s since the start of the period]."""
        return _before(edges_s, self.starts_s, self.ends_s)

    def shown_s(self, edges_s: Series) -> Series:
        """Return what their counters showed up to each edge, scraped on full minutes: from zero at a pod's start to its
        last scrape. A pod between two scrapes was never there.
        """
        last_s = np.floor(self.ends_s / STEP_S) * STEP_S
        seen = last_s >= self.starts_s
        return _before(edges_s, self.starts_s[seen], last_s[seen])

    def irate_cores(self, minutes: int) -> Series:
        """Return what the sum of `irate(...[5m])` shows per minute: a rate needs two scrapes, and outlives its pod.

        Two samples within the last five minutes give a rate: from the second scrape until the last but one is older.
        """
        first = np.ceil(self.starts_s / STEP_S).astype(np.int64)
        last = np.floor(self.ends_s / STEP_S).astype(np.int64)
        rated = last > first
        change = np.zeros(minutes + IRATE_WINDOW_SCRAPES + 2)
        np.add.at(change, np.minimum(first[rated] + 1, minutes), 1.0)
        np.add.at(change, np.minimum(last[rated] + IRATE_WINDOW_SCRAPES - 1, minutes), -1.0)
        return np.cumsum(change)[:minutes]


def batch_pods(cores: int, clock: Clock, seed: str) -> Pods:
    """Return the pods of a namespace that reserved `cores`: never more at once, half of the time or so each."""
    length_s = clock.count * STEP_S
    lanes = [_lane(length_s, f"{seed}/{lane}") for lane in range(cores)]
    return Pods(np.concatenate([lane[0] for lane in lanes]), np.concatenate([lane[1] for lane in lanes]))


def _lane(length_s: float, seed: str) -> tuple[Series, Series]:
    """Return starts and ends of one core's pods; lengths are log-uniform between the shortest and the longest."""
    random = generator(seed)
    count = int(length_s / GAP_MEAN_S) + 1
    gaps_s = random.exponential(GAP_MEAN_S, count)
    lengths_s = SHORTEST_S * (LONGEST_S / SHORTEST_S) ** random.random(count)
    ends_s = np.cumsum(gaps_s + lengths_s)
    inside = ends_s < length_s
    return (ends_s - lengths_s)[inside], ends_s[inside]


def _before(edges_s: Series, starts_s: Series, ends_s: Series) -> Series:
    """Return the time [s] before each edge that lies between starts and ends: Σ min(edge, end) − start, if begun."""
    def reached(moments_s: Series) -> Series:
        ordered = np.sort(moments_s)
        passed = np.searchsorted(ordered, edges_s, side="right")
        sums = np.concatenate([[0.0], np.cumsum(ordered)])
        return np.asarray(passed * edges_s - sums[passed])

    return reached(starts_s) - reached(ends_s)
