"""Places for a picture of flows in three columns: the meter, what it served, whose line. Pure geometry, no text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SLOT_MIN = 30.0  # room for two lines of text, so that labels never touch
GAP = 8.0
HEIGHT = 380.0  # of all flows together, without gaps


@dataclass(frozen=True)
class Bar:
    """A node of the picture: its vertical extent and the middle of its slot, where its label stands."""

    key: str
    top: float
    height: float
    middle: float


@dataclass(frozen=True)
class Band:
    """A flow between two bars: where it leaves, where it arrives, how thick it is."""

    source: str
    target: str
    source_top: float
    target_top: float
    thickness: float


@dataclass(frozen=True)
class Layout:
    """Three columns of bars and the bands between them."""

    meter: Bar
    served: tuple[Bar, ...]
    lines: tuple[Bar, ...]
    bands: tuple[Band, ...]
    height: float


def layout_of(flows: Sequence[tuple[str, str, int]]) -> Layout:
    """Return the places of flows (served, line, energy [Wh] above zero), each column in order of first appearance."""
    total = sum(energy for _served, _line, energy in flows)
    scale = HEIGHT / total if total else 0.0
    served = _column([(source, energy) for source, _target, energy in flows], scale)
    lines = _column([(target, energy) for _source, target, energy in flows], scale)
    height = max(_bottom(served), _bottom(lines), HEIGHT)
    served, lines = _centred(served, height), _centred(lines, height)
    meter = Bar("meter", (height - HEIGHT) / 2, HEIGHT if total else 0.0, height / 2)
    return Layout(meter, served, lines, (*_from_meter(meter, served), *_between(served, lines, flows, scale)), height)


def _column(amounts: Sequence[tuple[str, int]], scale: float) -> tuple[Bar, ...]:
    sums: dict[str, int] = {}
    for key, energy in amounts:
        sums[key] = sums.get(key, 0) + energy
    bars: list[Bar] = []
    slot_top = 0.0
    for key, energy in sums.items():
        height = energy * scale
        slot = max(height, SLOT_MIN)
        bars.append(Bar(key, slot_top + (slot - height) / 2, height, slot_top + slot / 2))
        slot_top += slot + GAP
    return tuple(bars)


def _bottom(bars: Sequence[Bar]) -> float:
    return max((bar.middle + max(bar.height, SLOT_MIN) / 2 for bar in bars), default=0.0)


def _centred(bars: tuple[Bar, ...], height: float) -> tuple[Bar, ...]:
    shift = (height - _bottom(bars)) / 2
    return tuple(Bar(bar.key, bar.top + shift, bar.height, bar.middle + shift) for bar in bars)


def _from_meter(meter: Bar, served: Sequence[Bar]) -> list[Band]:
    bands: list[Band] = []
    top = meter.top
    for bar in served:
        bands.append(Band(meter.key, bar.key, top, bar.top, bar.height))
        top += bar.height
    return bands


def _between(served: Sequence[Bar], lines: Sequence[Bar], flows: Sequence[tuple[str, str, int]],
             scale: float) -> list[Band]:
    leave = {bar.key: bar.top for bar in served}
    arrive = {bar.key: bar.top for bar in lines}
    bands: list[Band] = []
    for source, target, energy in flows:
        thickness = energy * scale
        bands.append(Band(source, target, leave[source], arrive[target], thickness))
        leave[source] += thickness
        arrive[target] += thickness
    return bands
