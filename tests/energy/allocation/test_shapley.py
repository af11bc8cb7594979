"""Shapley's closed form against the definition, by hand, and by the axioms that make it the only fair rule."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.allocation.shapley import shapley
from infra.inventory.energy_policy import PoolCurve

Curve = tuple[int, int, int, int]
CUBIC = PoolCurve(cubic_per_w2=1.0)


def curve_of(parts: Curve) -> PoolCurve:
    return PoolCurve(fixed_w=parts[0], linear=parts[1], quadratic_per_w=parts[2], cubic_per_w2=parts[3])


def cost(parts: Curve, load: int) -> int:
    """F(S), with F(0) = 0: a pool that serves nobody is nobody's."""
    return sum(part * load**power for power, part in enumerate(parts)) if load else 0


def by_definition(loads: list[int], parts: Curve) -> list[Fraction]:
    """The mean of what each player adds over all orders of arrival, from the sets that came before it."""
    players, values = range(len(loads)), []
    for player in players:
        others, value = [other for other in players if other != player], Fraction(0)
        for size in range(len(loads)):
            weight = Fraction(factorial(size) * factorial(len(loads) - size - 1), factorial(len(loads)))
            for before in combinations(others, size):
                load = sum(loads[other] for other in before)
                value += weight * (cost(parts, load + loads[player]) - cost(parts, load))
        values.append(value)
    return values


loads_of = st.lists(st.integers(0, 50), min_size=1, max_size=9)
parts_of = st.tuples(*(st.integers(0, 9) for _power in range(4)))


@settings(max_examples=40, deadline=None)
@given(loads_of, parts_of)
def test_it_is_the_definition(loads: list[int], parts: Curve) -> None:
    expected = [float(value) for value in by_definition(loads, parts)]
    assert shapley(np.array(loads, dtype=float), curve_of(parts)) == pytest.approx(expected, rel=1e-12, abs=1e-9)


def test_two_players_of_a_cube_by_hand() -> None:
    # x = 1 and 2, F(S) = S³. First in: 1 and 8. Second in: 27 − 8 = 19 and 27 − 1 = 26. Means: 10 and 17; sum 27.
    assert shapley(np.array([1.0, 2.0]), CUBIC).tolist() == [10.0, 17.0]


def test_three_players_of_a_square_by_hand() -> None:
    # F(S) = S²: φ = x·S. x = 1, 2, 3, S = 6: 6, 12, 18; sum 36.
    assert shapley(np.array([1.0, 2.0, 3.0]), PoolCurve(quadratic_per_w=1.0)).tolist() == [6.0, 12.0, 18.0]


def test_what_is_fixed_is_shared_by_heads_that_are_there() -> None:
    # 90 W at rest over the two of three that draw anything.
    assert shapley(np.array([1.0, 0.0, 500.0]), PoolCurve(fixed_w=90.0)).tolist() == [45.0, 0.0, 45.0]


def test_a_linear_pool_is_proportional() -> None:
    assert shapley(np.array([1.0, 3.0]), PoolCurve(linear=0.1)) == pytest.approx([0.1, 0.3])


def test_nobody_bears_nothing() -> None:
    assert shapley(np.zeros(3), PoolCurve(fixed_w=9.0, linear=1.0)).tolist() == [0.0, 0.0, 0.0]


def test_intervals_are_worked_each_by_itself() -> None:
    loads = np.array([[1.0, 2.0], [2.0, 0.0]])
    assert shapley(loads, CUBIC).tolist() == [[10.0, 8.0], [17.0, 0.0]]


many = st.lists(st.floats(0, 1e4), min_size=1, max_size=60)


@given(many, parts_of)
def test_efficiency_the_parts_are_the_whole(loads: list[float], parts: Curve) -> None:
    values, total = shapley(np.array(loads), curve_of(parts)), sum(loads)
    expected = sum(part * total**power for power, part in enumerate(parts)) if any(loads) else 0.0
    assert values.sum() == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(many, st.floats(0.1, 1e4), parts_of)
def test_symmetry_equal_loads_bear_equal_parts(loads: list[float], load: float, parts: Curve) -> None:
    values = shapley(np.array([load, *loads, load]), curve_of(parts))
    assert values[0] == values[-1]


@given(many, parts_of)
def test_dummy_who_draws_nothing_bears_nothing_and_changes_nothing(loads: list[float], parts: Curve) -> None:
    values = shapley(np.array([*loads, 0.0]), curve_of(parts))
    assert values[-1] == 0.0
    assert values[:-1] == pytest.approx(shapley(np.array(loads), curve_of(parts)), rel=1e-12)


@given(many, parts_of, parts_of)
def test_additivity_two_pools_are_one_of_both(loads: list[float], one: Curve, other: Curve) -> None:
    together = curve_of(tuple(first + second for first, second in zip(one, other, strict=True)))
    apart = shapley(np.array(loads), curve_of(one)) + shapley(np.array(loads), curve_of(other))
    assert shapley(np.array(loads), together) == pytest.approx(apart, rel=1e-9, abs=1e-6)


@given(many, parts_of)
def test_who_draws_more_bears_no_less(loads: list[float], parts: Curve) -> None:
    order = np.argsort(loads)
    values = shapley(np.array(loads), curve_of(parts))[order]
    assert (np.diff(values) >= -1e-9 * max(1.0, float(np.abs(values).max()))).all()


def test_ten_thousand_players_take_one_pass() -> None:
    loads = np.linspace(0.1, 400, 10_000)
    values = shapley(loads, PoolCurve(fixed_w=220, linear=0.018, quadratic_per_w=9e-7, cubic_per_w2=1e-12))
    total = loads.sum()
    assert values.sum() == pytest.approx(220 + 0.018 * total + 9e-7 * total**2 + 1e-12 * total**3, rel=1e-12)
