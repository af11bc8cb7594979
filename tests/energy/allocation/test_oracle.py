"""The room against the method written a second time, in exact fractions: they agree to a few joules on any readings."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from energy.allocation.settle import settle
from energy.interval import Period
from tests.energy.allocation import oracle
from tests.energy.small import USED, WATTS, constant_readings, constant_use, small_site

ONE = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 0, 15, tzinfo=UTC))
SITE = small_site()
NEAR_J = 40  # pools of one settlement, less than a joule of rounding each and what it draws along upstream

watts = st.fixed_dictionaries({name: st.integers(0, 3000) for name in WATTS})
# Whole thousandths of cores and GPUs, and whole seconds: what the room weighs with, so that only its sums are compared.
amounts = st.tuples(st.integers(0, 10), st.integers(0, 2), st.integers(0, 12), st.integers(0, 2)).map(
    lambda row: tuple(map(float, row)))
uses = st.dictionaries(st.sampled_from(["n1", "n2", "n3"]),
                       st.dictionaries(st.sampled_from(["alpha", "beta", "_platform"]), amounts, max_size=3),
                       max_size=3)


def by_account(meters: dict[str, int], used: oracle.Amounts) -> dict[str, int]:
    changed = {name.replace("-", "_"): value for name, value in meters.items()}
    allocation = settle(SITE, constant_readings(ONE, **changed), constant_use(ONE, used))
    found: dict[str, int] = {}
    for shares in allocation.shares.values():
        for row, holder in enumerate(shares.holders):
            found[holder.account] = found.get(holder.account, 0) + int(shares.energy_j[row].sum())
    return found


def test_on_the_hand_computed_interval() -> None:
    expected = oracle.settled(SITE, WATTS, USED)
    assert {account: round(float(energy) / 900, 3) for account, energy in expected.items()} == {
        "alpha": 299.25, "beta": 190.575, "_free": 114.975, "_platform": 88.2, "_residual": 7.0}


@settings(max_examples=150, deadline=None)
@given(watts, uses)
def test_on_any_readings_and_any_use(meters: dict[str, int], used: oracle.Amounts) -> None:
    found, expected = by_account(meters, used), oracle.settled(SITE, meters, used)
    for account in {*found, *expected}:
        assert abs(found.get(account, 0) - float(expected.get(account, 0))) <= NEAR_J, account


@settings(max_examples=50, deadline=None)
@given(watts, uses)
def test_the_oracle_loses_nothing_either(meters: dict[str, int], used: oracle.Amounts) -> None:
    assert sum(oracle.settled(SITE, meters, used).values()) == (meters["facility"] + meters["genset-out"]) * 900
