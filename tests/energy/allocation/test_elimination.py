"""Small systems: right, and told apart when they are singular."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.allocation.elimination import solve


def test_two_unknowns_by_hand() -> None:
    # 2x + y = 5, x + 3y = 10: x = 1, y = 3; pivots 2 and 3 − 1/2
    found, pivot = solve(np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([5.0, 10.0]))
    assert found.tolist() == [1.0, 3.0]
    assert pivot == 2.0


def test_many_right_sides_of_one_system() -> None:
    found, _pivot = solve(np.eye(2) * 2, np.array([[2.0, 4.0], [6.0, 8.0]]))
    assert found.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_singular_system_says_so() -> None:
    assert solve(np.array([[1.0, -1.0], [-1.0, 1.0]]), np.ones(2))[1] == 0.0


parts = st.lists(st.floats(0, 1), min_size=4, max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.lists(parts, min_size=4, max_size=4), parts)
def test_it_is_numpys_answer(rows: list[list[float]], right: list[float]) -> None:
    table = np.array([[value / max(sum(row), 1.0) * 0.9 for value in row] for row in rows])
    system = np.eye(4) - table.T
    found, pivot = solve(system, np.array(right))
    assert pivot > 0
    assert found == pytest.approx(np.linalg.solve(system, np.array(right)), rel=1e-9, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.lists(parts, min_size=6, max_size=9))
def test_what_is_solved_solves(rows: list[list[float]]) -> None:
    # normal equations: positive definite with a little on the diagonal
    table = np.array(rows)
    system = table.T @ table + 0.1 * np.eye(4)
    found, _pivot = solve(system, np.ones(4))
    assert system @ found == pytest.approx(np.ones(4), rel=1e-9)
