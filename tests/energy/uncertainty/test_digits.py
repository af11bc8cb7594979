"""Printed digits follow the uncertainty: two significant digits of u, the value to the same place (GUM 7.2.6)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.uncertainty.digits import decimals_of, printed


@pytest.mark.parametrize(("value", "u", "value_text", "u_text"), [
    (1.40312, 0.00931, "1.4031", "0.0093"),  # a PUE
    (12345.678, 234.5, "12350", "230"),      # kilowatt-hours: tens
    (1_234_567.0, 45_678.0, "1235000", "46000"),
    (10.0, 0.0996, "10.00", "0.10"),         # 0.0996 rounds up to 0.100: its second digit stands one place higher
    (10.0, 9.96, "10", "10"),
    (99.95, 1.0, "100.0", "1.0"),            # half to even
    (0.0, 0.5, "0.00", "0.50"),
    (-0.0004, 0.31, "0.00", "0.31"),         # no minus before a zero
    (-7.126, 0.31, "-7.13", "0.31"),
    (5.12345, 0.0, "5.123", "0.000"),        # exact: three decimals
])
def test_by_hand(value: float, u: float, value_text: str, u_text: str) -> None:
    found = printed(value, u)
    assert (found.value, found.u) == (value_text, u_text)
    assert str(found) == f"{value_text} ± {u_text}"


@pytest.mark.parametrize(("value", "u"), [(float("nan"), 1.0), (1.0, float("inf")), (1.0, -0.1)])
def test_what_is_no_figure_is_not_printed(value: float, u: float) -> None:
    with pytest.raises(ValueError, match="can't be printed"):
        printed(value, u)


@given(st.floats(-1e9, 1e9), st.floats(1e-6, 1e6))
def test_u_keeps_two_digits_and_the_value_its_place(value: float, u: float) -> None:
    found = printed(value, u)
    assert len(Decimal(found.u).normalize().as_tuple().digits) <= 2
    assert abs(Decimal(found.value) - Decimal(repr(value))) <= Decimal(1).scaleb(-found.decimals) / 2
    assert abs(Decimal(found.u) - Decimal(repr(u))) <= Decimal(1).scaleb(-found.decimals) / 2


@given(st.floats(1e-6, 1e6))
def test_the_printed_u_is_within_five_percent(u: float) -> None:
    # The second of two digits moves u by 5 % at most: 0.105 -> 0.10 or 0.11.
    assert float(printed(1.0, u).u) == pytest.approx(u, rel=0.0501)
    assert 10 ** (1 - decimals_of(u)) <= u * 1.0051
