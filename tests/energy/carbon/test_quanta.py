"""Carbon as whole numbers: nothing is lost by multiplying, adding or sharing."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.carbon.quanta import QUANTA_PER_GRAM, grams, quanta_from_mg, rounded, share_out, weigh

WHOLE = st.integers(0, 10**15)


def test_a_kilowatt_hour_at_fifty_grams() -> None:
    # 3.6e6 J x 50,000 mg/kWh = 1.8e11 quanta = 50 g.
    assert weigh(np.array([3_600_000]), 50_000) == 180_000_000_000
    assert grams(180_000_000_000) == 50.0
    assert quanta_from_mg(1_000) == QUANTA_PER_GRAM


def test_no_interval_weighs_nothing() -> None:
    assert weigh(np.array([], dtype=np.int64), 50_000) == 0


def test_a_year_of_a_hundred_megawatts_does_not_overflow() -> None:
    # 1e8 W x 900 s x 1e6 mg/kWh = 9e16 in each of 35,040 intervals: 3.15e21 is far beyond 64 bits.
    # Turns red when the sum is taken in 64 bits at once.
    energy_j = np.full(35_040, 90_000_000_000, dtype=np.int64)
    assert weigh(energy_j, 1_000_000) == 90_000_000_000 * 1_000_000 * 35_040


def test_one_interval_that_does_not_fit_is_no_silent_figure() -> None:
    with pytest.raises(OverflowError, match="does not fit in 64 bits"):
        weigh(np.array([2**60]), 1_000_000)


def test_a_residual_below_zero_weighs_below_zero() -> None:
    assert weigh(np.array([-10, 4]), np.array([3, 5])) == -30 + 20


@given(st.lists(st.tuples(st.integers(-10**12, 10**12), st.integers(0, 10**6)), min_size=1, max_size=300))
def test_weighing_is_what_python_would_do(cells: list[tuple[int, int]]) -> None:
    energy_j, factors = (np.array(column, dtype=np.int64) for column in zip(*cells, strict=True))
    assert weigh(energy_j, factors) == sum(energy * factor for energy, factor in cells)


def test_shares_by_largest_remainder() -> None:
    # 10 over 1 : 1 : 1 -> 3, 3, 3 and one left: equal remainders, the first name has it.
    assert share_out(10, {"c": 1, "a": 1, "b": 1}) == {"a": 4, "b": 3, "c": 3}
    # 7 over 2 : 1 -> 4.67 and 2.33: the greater remainder has the one left.
    assert share_out(7, {"a": 2, "b": 1}) == {"a": 5, "b": 2}


def test_nobody_to_bear_it() -> None:
    assert share_out(10, {}) == {}
    assert share_out(10, {"a": 0, "b": -5}) == {}


@given(WHOLE, st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(-5, 10**12), min_size=1))
def test_shares_add_up_and_none_is_off_by_one(amount: int, weights: dict[str, int]) -> None:
    shares = share_out(amount, weights)
    total = sum(weight for weight in weights.values() if weight > 0)
    assert sum(shares.values()) == (amount if total else 0)
    assert all(abs(Fraction(amount * weights[name], total) - share) < 1 for name, share in shares.items())


@pytest.mark.parametrize(("value", "expected"), [
    (Fraction(5, 2), 3), (Fraction(7, 3), 2), (Fraction(8, 3), 3), (Fraction(0), 0), (Fraction(1, 2), 1)])
def test_rounding_halves_up(value: Fraction, expected: int) -> None:
    assert rounded(value) == expected
