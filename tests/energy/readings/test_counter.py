"""Counters: differences between edges, resets, gaps, and use that comes and goes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.readings.counter import energy_between, energy_through_resets, used_between

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


@pytest.mark.parametrize(("samples", "expected"), [
    ([10, 20, 30], 20),            # no reset
    ([10, 20, 5, 15], 10 + 5 + 10),  # from zero after the fall
    ([10, 0, 0, 7], 7),
    ([10, 20, 3, 2], 10 + 3 + 2),  # two resets
    ([42], 0),
    ([], 0),
])
def test_energy_through_resets(samples: list[float], expected: int) -> None:
    assert energy_through_resets(np.array(samples, dtype=np.float64)) == expected


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=40), st.integers(0, 39))
def test_a_reset_loses_nothing_when_it_is_seen_at_once(steps: list[int], at: int) -> None:
    register, samples = 0, [0]
    for position, step in enumerate(steps):
        register = step if position == at else register + step
        samples.append(register)
    counted = energy_through_resets(np.array(samples, dtype=np.float64))
    # a fall to a value at or above the register before looks like growth: it can't be seen, and can't count more
    assert counted <= sum(steps)
    fell = at < len(steps) and samples[at + 1] < samples[at]
    if fell or at >= len(steps):
        assert counted == sum(steps)


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
