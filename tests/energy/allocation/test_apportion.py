"""Largest remainders: exact sums, fair rounding, order of rows, columns that nobody can bear."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from energy.allocation.apportion import apportion


def columns(*rows: list[int]) -> np.ndarray:
    return np.array(rows, dtype=np.int64)


def test_hamilton_by_hand() -> None:
    # 100 seats for 53 : 30 : 17 voters is exact; 10 for 47 : 33 : 20 -> 4.7, 3.3, 2.0: floors 4 3 2, the last to .7.
    shares, rest = apportion(np.array([100, 10]), columns([53, 47], [30, 33], [17, 20]))
    assert shares.tolist() == [[53, 5], [30, 3], [17, 2]]
    assert rest.tolist() == [0, 0]


def test_equal_remainders_go_by_row_order() -> None:
    shares, _rest = apportion(np.array([5]), columns([1], [1], [1]))
    assert shares[:, 0].tolist() == [2, 2, 1]


def test_nobody_can_bear_a_column_of_zeros() -> None:
    shares, rest = apportion(np.array([7, 7]), columns([0, 1], [0, 0]))
    assert shares.tolist() == [[0, 7], [0, 0]]
    assert rest.tolist() == [7, 0]


@pytest.mark.parametrize(("pool", "weights"), [([-1], [[1]]), ([1], [[-1]])])
def test_negative_amounts_are_refused(pool: list[int], weights: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="negative"):
        apportion(np.array(pool), np.array(weights))


def test_amounts_that_would_overflow_64_bits_still_add_up() -> None:
    # 100 MW over 15 minutes is 9e10 J: the product of two such amounts needs 73 bits.
    pool = np.array([90_000_000_001], dtype=np.int64)
    weights = columns([60_000_000_000], [29_000_000_000], [1_000_000_000])
    shares, rest = apportion(pool, weights)
    assert shares.sum() + rest.sum() == pool[0]
    for share, weight in zip(shares[:, 0], weights[:, 0], strict=True):
        exact = Fraction(int(pool[0]) * int(weight), int(weights.sum()))
        assert abs(int(share) - exact) / exact < Fraction(1, 10**6)


SHAPES = st.tuples(st.integers(1, 8), st.integers(1, 12))


@st.composite
def problems(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    height, width = draw(SHAPES)
    weights = draw(arrays.arrays(np.int64, (height, width), elements=st.integers(0, 10**6)))
    return draw(arrays.arrays(np.int64, width, elements=st.integers(0, 10**9))), weights


@given(problems())
def test_nothing_is_lost(problem: tuple[np.ndarray, np.ndarray]) -> None:
    pool, weights = problem
    shares, rest = apportion(pool, weights)
    assert np.array_equal(shares.sum(axis=0) + rest, pool)
    assert (shares >= 0).all()


@given(problems())
def test_every_share_is_within_one_joule_of_its_exact_value(problem: tuple[np.ndarray, np.ndarray]) -> None:
    pool, weights = problem
    shares, _rest = apportion(pool, weights)
    for column in range(len(pool)):
        total = int(weights[:, column].sum())
        for row in range(len(weights)):
            if total:
                exact = Fraction(int(pool[column]) * int(weights[row, column]), total)
                assert abs(int(shares[row, column]) - exact) < 1


@given(problems())
def test_weight_zero_gets_nothing(problem: tuple[np.ndarray, np.ndarray]) -> None:
    pool, weights = problem
    shares, _rest = apportion(pool, weights)
    assert not shares[weights == 0].any()


@given(problems())
def test_a_greater_weight_never_gets_less(problem: tuple[np.ndarray, np.ndarray]) -> None:
    pool, weights = problem
    shares, _rest = apportion(pool, weights)
    for column in range(len(pool)):
        order = np.argsort(weights[:, column], kind="stable")
        in_order = shares[order, column]
        by_weight = weights[order, column]
        for low, high in zip(range(len(order) - 1), range(1, len(order)), strict=True):
            if by_weight[low] < by_weight[high]:
                assert in_order[low] <= in_order[high]


@given(problems())
def test_columns_do_not_know_each_other(problem: tuple[np.ndarray, np.ndarray]) -> None:
    pool, weights = problem
    together, _rest = apportion(pool, weights)
    for column in range(len(pool)):
        alone, _rest = apportion(pool[[column]], weights[:, [column]])
        assert np.array_equal(alone[:, 0], together[:, column])
