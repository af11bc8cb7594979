"""Geometry of the picture: areas true to energy, labels that never touch."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.report.flow_layout import GAP, HEIGHT, SLOT_MIN, Bar, layout_of

FLOWS = [("it", "a", 600), ("it", "b", 200), ("cooling", "a", 150), ("cooling", "b", 50)]
some_flows = st.lists(st.tuples(st.sampled_from("uvwx"), st.sampled_from("abcdefgh"), st.integers(1, 10**9)),
                      min_size=1, max_size=20, unique_by=lambda flow: flow[:2])


def test_heights_are_true_to_energy() -> None:
    layout = layout_of(FLOWS)
    heights = {bar.key: bar.height for bar in (*layout.served, *layout.lines)}
    assert heights["it"] == pytest.approx(HEIGHT * 0.8)
    assert heights["cooling"] == pytest.approx(HEIGHT * 0.2)
    assert heights["a"] == pytest.approx(HEIGHT * 0.75)
    assert heights["b"] == pytest.approx(HEIGHT * 0.25)
    assert layout.meter.height == pytest.approx(HEIGHT)


def test_columns_keep_the_order_of_the_flows() -> None:
    layout = layout_of(FLOWS)
    assert [bar.key for bar in layout.served] == ["it", "cooling"]
    assert [bar.key for bar in layout.lines] == ["a", "b"]


def test_a_sliver_has_room_for_its_label() -> None:
    layout = layout_of([("it", "a", 10**9), ("closure", "b", 1)])
    sliver = layout.lines[1]
    assert sliver.height < 0.001
    assert sliver.middle - layout.lines[0].middle >= SLOT_MIN


def test_nothing_to_draw() -> None:
    layout = layout_of([])
    assert (layout.served, layout.lines, layout.bands) == ((), (), ())
    assert layout.meter.height == 0


def slots(bars: tuple[Bar, ...]) -> list[tuple[float, float]]:
    return [(bar.middle - max(bar.height, SLOT_MIN) / 2, bar.middle + max(bar.height, SLOT_MIN) / 2) for bar in bars]


@given(some_flows)
def test_labels_never_touch(flows: list[tuple[str, str, int]]) -> None:
    layout = layout_of(flows)
    for bars in (layout.served, layout.lines):
        for (_top, bottom), (top, _bottom) in zip(slots(bars), slots(bars)[1:], strict=False):
            assert top - bottom >= GAP - 1e-6


@given(some_flows)
def test_all_is_inside_the_picture(flows: list[tuple[str, str, int]]) -> None:
    layout = layout_of(flows)
    for bars in (layout.served, layout.lines):
        assert slots(bars)[0][0] >= -1e-6
        assert slots(bars)[-1][1] <= layout.height + 1e-6
    assert layout.meter.top >= 0


@given(some_flows)
def test_bands_fill_their_bars(flows: list[tuple[str, str, int]]) -> None:
    layout = layout_of(flows)
    for bar in layout.served:
        leaving = sum(band.thickness for band in layout.bands if band.source == bar.key)
        arriving = sum(band.thickness for band in layout.bands if band.target == bar.key)
        assert leaving == pytest.approx(bar.height)
        assert arriving == pytest.approx(bar.height)
    for bar in layout.lines:
        assert sum(band.thickness for band in layout.bands if band.target == bar.key) == pytest.approx(bar.height)
