"""Counters: differences between edges, resets, gaps, and use that comes and goes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.readings.counter import energy_between, used_between

NAN = np.nan


def test_energy_is_the_difference_of_edges() -> None:
    energy_j, fell = energy_between(np.array([1000.0, 4600.0, 4600.0, 5000.4]))
    assert energy_j.tolist() == [3600, 0, 400]
    assert not fell.any()


def test_a_fall_is_flagged() -> None:
    energy_j, fell = energy_between(np.array([1000.0, 4600.0, 50.0, 90.0]))
    assert fell.tolist() == [False, True, False]
    assert energy_j[2] == 40


def test_an_edge_without_reading_never_becomes_a_figure() -> None:
    with pytest.raises(ValueError, match="without a reading"):
        energy_between(np.array([1.0, NAN, 3.0]))
    with pytest.raises(ValueError, match="without a reading"):
        energy_between(np.array([1.0, np.inf, 3.0]))


@given(st.lists(st.floats(0, 1e9), min_size=2, max_size=50))
def test_intervals_add_up_to_last_minus_first(steps: list[float]) -> None:
    edges = np.cumsum(np.array(steps))
    energy_j, _fell = energy_between(edges)
    assert energy_j.sum() == round(float(edges[-1])) - round(float(edges[0]))


@pytest.mark.parametrize(("edges", "expected"), [
    ([0, 10, 30, 30], [10, 20, 0]),
    ([NAN, NAN, 5, 9], [0, 5, 4]),        # born in the second interval: it counts from zero
    ([3, 8, NAN, NAN], [5, 0, 0]),        # gone after the first
    ([3, NAN, NAN, 9], [0, 0, 6]),        # a gap: its energy is known, its shape is not
    ([50, 60, 4, 10], [10, 4, 6]),        # restarted: from zero
    ([NAN, NAN, NAN, NAN], [0, 0, 0]),
])
def test_use_of_series_that_come_and_go(edges: list[float], expected: list[float]) -> None:
    assert used_between(np.array(edges, dtype=np.float64)).tolist() == expected


@given(st.lists(st.one_of(st.just(NAN), st.floats(0, 1e6)), min_size=2, max_size=40))
def test_use_is_never_negative_and_never_unknown(edges: list[float]) -> None:
    used = used_between(np.array(edges))
    assert len(used) == len(edges) - 1
    assert np.isfinite(used).all()
    assert (used >= 0).all()


def test_the_readings_given_are_left_alone() -> None:
    edges = np.array([NAN, 1.0, NAN])
    used_between(edges)
    assert np.isnan(edges[[0, 2]]).all()


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=30), st.integers(0, 29), st.integers(1, 29))
def test_a_hole_moves_use_in_time_and_loses_none(steps: list[float], first: int, length: int) -> None:
    # Mutation: `held[1:]` made `held[:-1]`, or the accumulate left out of `used_between`, turns this red.
    edges = np.cumsum(np.array(steps))
    hurt = edges.copy()
    hurt[first + 1:min(first + 1 + length, len(edges) - 1)] = NAN  # never the first edge, never the last
    assert used_between(hurt).sum() == pytest.approx(used_between(edges).sum())
    assert used_between(hurt)[:first].tolist() == used_between(edges)[:first].tolist()


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20), st.integers(1, 20))
def test_a_series_born_late_counts_from_zero(steps: list[int], unborn: int) -> None:
    # whatever its first reading is, the counter stood at zero before it: the whole of it was used since
    counter = np.cumsum(np.array(steps, dtype=np.float64))
    used = used_between(np.concatenate([np.full(unborn, NAN), counter]))
    assert used.sum() == counter[-1]
    assert not used[:unborn - 1].any()


def test_each_edge_is_rounded_once() -> None:
    # 0.4, 0.8, 1.2 J: registers 0, 1, 1. The steps of 0.4 J would each round to none, and the sum would be lost.
    energy_j, _fell = energy_between(np.array([0.4, 0.8, 1.2]))
    assert energy_j.tolist() == [1, 0]
    assert energy_j.dtype == np.int64
