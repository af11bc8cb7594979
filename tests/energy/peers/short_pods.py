"""A day of short pods of 100 W each: how much `irate` makes of them (the experiment behind the published figures)."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from lab.plant.clock import STEP_S
from lab.plant.noise import generator
from lab.plant.pods import Pods

POWER_W = 100.0
DAY_S = 86_400
PODS = 1500
SCRAPE_OFFSET_S = 17  # scrapes and evaluations don't fall together
START = int(datetime(2012, 3, 5, tzinfo=UTC).timestamp())
METRIC = "pod_energy_joules_total"
# lengths [minutes]: published error of a sum of irate over five minutes [%], one drawing each
PUBLISHED = {(2.0, 20.0): 18.5, (0.5, 3.0): 51.6}


def day_of_pods(shortest_min: float, longest_min: float, pods: int = PODS) -> Pods:
    """Return pods at random moments of a day, their lengths even between two [minutes]."""
    random = generator(f"short pods {shortest_min} {longest_min}")
    lengths_s = 60 * (shortest_min + (longest_min - shortest_min) * random.random(pods))
    starts_s = 600 + random.random(pods) * (DAY_S - 60 * longest_min - 1800)
    return Pods(starts_s, starts_s + lengths_s)


def true_j(pods: Pods) -> float:
    """Return what they drew [J]."""
    return POWER_W * float((pods.ends_s - pods.starts_s).sum())


def irate_j(pods: Pods) -> float:
    """Return what the model of `irate` makes of it [J]."""
    scraped = Pods(pods.starts_s - SCRAPE_OFFSET_S, pods.ends_s - SCRAPE_OFFSET_S)
    return POWER_W * STEP_S * float(scraped.irate_cores(DAY_S // STEP_S).sum())


def shown_j(pods: Pods) -> float:
    """Return what their counters showed, each from zero: a lower bound [J]."""
    scraped = Pods(pods.starts_s - SCRAPE_OFFSET_S, pods.ends_s - SCRAPE_OFFSET_S)
    return POWER_W * float(scraped.shown_s(np.array([float(DAY_S)]))[0])


def openmetrics(pods: Pods) -> str:
    """Return the pods' counters as scrapes show them, for a real Prometheus."""
    lines = [f"# TYPE {METRIC.removesuffix('_total')} counter"]
    for number, (start_s, end_s) in enumerate(zip(pods.starts_s.tolist(), pods.ends_s.tolist(), strict=True)):
        first = int(-(-(start_s - SCRAPE_OFFSET_S) // STEP_S))
        last = int((end_s - SCRAPE_OFFSET_S) // STEP_S)
        for scrape in range(first, last + 1):
            moment = scrape * STEP_S + SCRAPE_OFFSET_S
            lines.append(f'{METRIC}{{pod="p{number}"}} {POWER_W * (moment - start_s):.6f} {START + moment}')
    return "\n".join(lines) + "\n"
