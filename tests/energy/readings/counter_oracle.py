"""The counter engine again, in plain Python and whole numbers of the standard library: slow, short, another shape.

It keeps a list of accepted points (time, total) and looks edges up in it afterwards; the engine goes forward once.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

STEP_MS = 900_000


@dataclass
class Oracle:
    """What one meter's samples come to: joules (None: missing) and 'measured', 'bridged' or 'missing' per interval."""

    first_edge_ms: int
    intervals: int
    unit_j: int
    limit_w: float = math.inf  # what can pass at most
    modulus_j: int = 0
    bridge_ms: int = 125_000
    counts: dict[str, int] = field(default_factory=dict)
    points: list[tuple[int, int, int, str]] = field(default_factory=list)  # time, register, total, event before it

    def see(self, kind: str) -> None:
        self.counts[kind] = self.counts.get(kind, 0) + 1

    def feed(self, samples: Sequence[tuple[int, float]]) -> None:
        for moment, value in sorted(samples, key=lambda sample: sample[0]):
            if math.isnan(value):
                self.see("not-a-number")
            elif math.isinf(value) or value * self.unit_j > 9e15:
                self.see("infinite")
            elif value < 0:
                self.see("negative")
            else:
                self.accept(moment, round(value * self.unit_j))

    def accept(self, moment: int, x: int) -> None:
        if not self.points:
            self.points.append((moment, x, 0, ""))
            return
        before, last, total, _event = self.points[-1]
        if moment == before:
            self.see("duplicate" if x == last else "conflict")
            return
        limit = self.limit_w * (moment - before) / 1000 + self.unit_j
        step, event = x - last, ""
        if step < 0:
            thousandth = last >= 100_000 * self.unit_j and -500 * self.unit_j <= 1000 * x - last \
                <= limit + 500 * self.unit_j
            if self.modulus_j >= last and self.modulus_j > 0 and self.modulus_j - last + x <= limit:
                step, event = self.modulus_j - last + x, "wrap"
            elif thousandth:
                self.see("unit-slip")
                return
            elif x <= limit:
                step, event = x, "reset"
            elif last - x <= limit:
                self.see("out-of-order")
                return
            else:
                step, event = 0, "lost"
        elif step > limit:
            excess = x - 1000 * last
            near = last >= 100 * self.unit_j and -500 * self.unit_j <= excess <= 1000 * limit + 500 * self.unit_j
            self.see("unit-slip" if near else "nameplate")
            return
        if event:
            self.see(event)
        self.points.append((moment, x, total + step, event))

    def edge(self, index: int) -> tuple[int | None, str]:
        moment = self.first_edge_ms + index * STEP_MS
        at = bisect_left(self.points, moment, key=lambda point: point[0])
        if at < len(self.points) and self.points[at][0] == moment:
            return self.points[at][2], "read"
        if at in (0, len(self.points)):
            return None, "missing"
        (start, _x, low, _), (end, _y, high, event) = self.points[at - 1], self.points[at]
        if event in ("reset", "lost") and end - start > STEP_MS:
            return None, "missing"
        total = low + round((high - low) * ((moment - start) / (end - start)))
        return total, "read" if end - start <= self.bridge_ms else "held"

    def cells(self) -> list[tuple[int, str]]:
        found = []
        for index in range(self.intervals):
            (low, left), (high, right) = self.edge(index), self.edge(index + 1)
            start, end = self.first_edge_ms + index * STEP_MS, self.first_edge_ms + (index + 1) * STEP_MS
            touching = [(later[0] - earlier[0], later[3]) for earlier, later in
                        zip(self.points, self.points[1:], strict=False)
                        if later[3] and earlier[0] < end and later[0] > start]
            lost = any(event in ("reset", "lost") and elapsed > STEP_MS for elapsed, event in touching)
            if low is None or high is None or lost:
                found.append((0, "missing"))
            else:
                bridged = "held" in (left, right) or bool(touching)
                found.append((high - low, "bridged" if bridged else "measured"))
        return found
