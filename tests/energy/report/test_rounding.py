"""Watt-hours on the page add up like the joules behind them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.report.rounding import round_half_up, whole_wh, whole_wh_to


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


@pytest.mark.parametrize(("total_wh", "parts_j", "expected"), [
    # 1.5 + 1.5 Wh are 3 Wh; a table that printed 4 (or 2) of them before is kept to: largest remainder first.
    (3, [5400, 5400], [2, 1]),
    (4, [5400, 5400], [2, 2]),
    (2, [5400, 5400], [1, 1]),
    (1, [5400, 5400], [1, 0]),  # one less than its floors: the last one gives
    (-1, [-1800, -1800], [0, -1]),
    (0, [], []),
])
def test_to_a_total_that_was_printed_before(total_wh: int, parts_j: list[int], expected: list[int]) -> None:
    assert whole_wh_to(total_wh, parts_j) == expected


@given(st.lists(st.integers(-10**9, 10**12), min_size=1, max_size=40), st.integers(-3, 3))
def test_a_given_total_is_met_however_it_was_rounded(parts_j: list[int], off_wh: int) -> None:
    """Mutation: dealing only upwards turns this red."""
    total_wh = round_half_up(sum(parts_j)) + off_wh
    assert sum(whole_wh_to(total_wh, parts_j)) == total_wh


@given(st.lists(st.integers(-10**9, 10**12), min_size=2, max_size=40), st.sampled_from([-1, 0, 1]))
def test_a_total_off_by_one_moves_one_part_by_one(parts_j: list[int], off_wh: int) -> None:
    before = whole_wh(parts_j)
    after = whole_wh_to(sum(before) + off_wh, parts_j)
    assert sorted(abs(one - other) for one, other in zip(before, after, strict=True))[:-1] == [0] * (len(before) - 1)
