"""Which hosts answer: asked once for all of them together, so that a machine without internet knows in seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

import requests

PROBE_S = 3.0


def reachable(origins: Iterable[str], within_s: float = PROBE_S) -> frozenset[str]:
    """Return those of `origins` (scheme and host) that give any HTTP answer within `within_s` seconds in all."""
    answers: set[str] = set()
    probes = [threading.Thread(target=_probe, args=(origin, within_s, answers), daemon=True) for origin in set(origins)]
    for probe in probes:
        probe.start()
    deadline = time.monotonic() + within_s
    for probe in probes:  # a name server that never answers must not hold the others: the threads are left behind
        probe.join(max(0.0, deadline - time.monotonic()))
    return frozenset(answers)


def _probe(origin: str, within_s: float, answers: set[str]) -> None:
    try:
        requests.head(origin + "/", timeout=within_s, allow_redirects=False)
    except requests.RequestException:
        return
    answers.add(origin)
