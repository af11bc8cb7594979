"""Largest remainders: exact sums, fair rounding, order of rows, columns that nobody can bear."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from energy.allocation import apportion as rule
from energy.allocation.apportion import COMPILED_FROM, apportion, apportion_plainly
from energy.allocation.remainders import spread


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


def compiled(pool: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the kernel's answer, however few the cells."""
    shares, rest = np.empty_like(weights), np.empty_like(pool)
    spread(pool, weights, rule._excess_bits(pool, weights), shares, rest)
    return shares, rest


@st.composite
def wide_problems(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Weights of few or of many different values (ties), small pools and pools that need a shift of the weights."""
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 70))
    values = draw(st.sampled_from([st.integers(0, 1), st.integers(0, 3), st.integers(0, 10**6),
                                   st.integers(0, 10**11)]))
    pools = draw(st.sampled_from([st.integers(0, 5), st.integers(0, 10**9), st.integers(0, 10**11)]))
    return (draw(arrays.arrays(np.int64, width, elements=pools)),
            draw(arrays.arrays(np.int64, (height, width), elements=values)))


# Mutations that turn this red: `>` for `>=` in the correction of the quotient, bins in rising order, ties by last row.
@settings(max_examples=150, deadline=None)
@given(wide_problems())
def test_the_kernel_gives_what_numpy_gives_to_the_joule(problem: tuple[np.ndarray, np.ndarray]) -> None:
    for found, expected in zip(compiled(*problem), apportion_plainly(*problem), strict=True):
        assert np.array_equal(found, expected)


def test_the_kernel_gives_equal_remainders_by_row_order() -> None:
    # 5 J over three rows of weight 1: 1 each, and the two left to the first two rows.
    shares, rest = compiled(columns([5, 2])[0], columns([1, 0], [1, 1], [1, 1]))
    assert shares.tolist() == [[2, 0], [2, 1], [1, 1]]
    assert rest.tolist() == [0, 0]


def test_many_cells_go_through_the_kernel_and_close() -> None:
    rng = np.random.default_rng(4)
    weights = rng.integers(0, 10**6, (50, COMPILED_FROM // 50 + 1))
    pool = rng.integers(0, 10**9, weights.shape[1])
    shares, rest = apportion(pool, weights)
    assert np.array_equal(shares.sum(axis=0) + rest, pool)
    expected, _rest = apportion_plainly(pool[:20], weights[:, :20])
    assert np.array_equal(shares[:, :20], expected)


def test_a_table_that_is_not_contiguous_is_taken_as_it_is_read() -> None:
    rng = np.random.default_rng(5)
    weights = rng.integers(0, 100, (COMPILED_FROM // 200 + 1, 400))[:, ::2]
    pool = rng.integers(0, 10**6, 400)[::2]
    shares, _rest = apportion(pool, weights)
    assert np.array_equal(shares, apportion_plainly(pool, weights)[0])
