"""Watt-hours on the page add up like the joules behind them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.report.rounding import round_half_up, whole_wh


@pytest.mark.parametrize(("parts_j", "expected"), [
    ([3600, 7200], [1, 2]),
    ([1800, 1800], [1, 0]),          # a half each: one whole between them, to the first
    ([1200, 1200, 1200], [1, 0, 0]),
    ([1000, 3000, 3200], [0, 1, 1]),
    # A negative residual: floors -1 and 1, remainders 1800 each; the sum is 3600 J = 1 Wh, the one left is the first's.
    ([-1800, 5400], [0, 1]),
    ([], []),
    ([0, 0], [0, 0]),
])
def test_by_hand(parts_j: list[int], expected: list[int]) -> None:
    assert whole_wh(parts_j) == expected


@pytest.mark.parametrize(("joules", "wh"), [
    (0, 0), (1799, 0), (1800, 1), (3600, 1), (5400, 2), (-1800, 0), (-1801, -1),
])
def test_halves_go_up(joules: int, wh: int) -> None:
    assert round_half_up(joules) == wh


@given(st.lists(st.integers(-10**9, 10**12), max_size=40))
def test_the_sum_is_kept(parts_j: list[int]) -> None:
    assert sum(whole_wh(parts_j)) == round_half_up(sum(parts_j))


@given(st.lists(st.integers(-10**9, 10**12), min_size=1, max_size=40))
def test_no_part_is_off_by_a_watt_hour(parts_j: list[int]) -> None:
    for part_j, part_wh in zip(parts_j, whole_wh(parts_j), strict=True):
        assert abs(part_wh * 3600 - part_j) < 3600


@given(st.lists(st.integers(0, 10**9).map(lambda wh: wh * 3600), max_size=20))
def test_whole_watt_hours_stay_as_they_are(parts_j: list[int]) -> None:
    assert whole_wh(parts_j) == [part // 3600 for part in parts_j]
