"""Flows through the feeds: kept for those who draw, added up, and small even on a site of many outlets."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bench.large_site import large_readings, large_site, large_use
from energy.allocation.flow import Flow, everybody, together
from energy.allocation.result import Component
from energy.allocation.settle import settle
from energy.interval import Period

HEIGHT, WIDTH = 6, 3


@st.composite
def tables(draw: st.DrawFn) -> np.ndarray:
    rows = st.lists(st.integers(0, 9), min_size=WIDTH, max_size=WIDTH)
    return np.array(draw(st.lists(rows, min_size=HEIGHT, max_size=HEIGHT)), dtype=np.int64)


@given(st.lists(tables(), min_size=0, max_size=4))
def test_the_sum_of_flows_is_the_sum_of_tables(parts: list[np.ndarray]) -> None:
    # Mutation that turns this red: rows taken in the order of the first flow.
    found = together([everybody(part) for part in parts], WIDTH)
    assert np.array_equal(found.over(HEIGHT), sum(parts, np.zeros((HEIGHT, WIDTH), dtype=np.int64)))
    assert (np.diff(found.rows) > 0).all()


@given(tables())
def test_who_draws_nothing_is_not_kept(table: np.ndarray) -> None:
    found = everybody(table)
    assert (found.energy_j.sum(axis=1) > 0).all()
    assert np.array_equal(found.over(HEIGHT), table)


@given(tables(), st.lists(st.integers(0, HEIGHT - 1), unique=True))
def test_some_rows_of_a_flow(table: np.ndarray, rows: list[int]) -> None:
    chosen = np.array(sorted(rows), dtype=np.int64)
    assert np.array_equal(everybody(table).rows_at(chosen), table[chosen])


def test_a_flow_is_added_to_a_table_of_all() -> None:
    whole = np.ones((3, 2), dtype=np.int64)
    Flow(np.array([2]), np.array([[5, 6]])).onto(whole)
    assert whole.tolist() == [[1, 1], [1, 1], [6, 7]]


def test_a_day_of_four_hundred_outlets_and_a_thousand_tenants_fits() -> None:
    # A table of all holders per outlet would be 400 x about 2,000 x 96 x 8 B = 600 MB, and as much for what is held.
    site = large_site(200, 1000)
    day = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 6, tzinfo=UTC))
    readings, use = large_readings(site, day), large_use(site, day)
    tracemalloc.start()
    allocation = settle(site, readings, use)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150e6
    total = sum(shares.energy_j.sum(axis=0) for shares in allocation.shares.values())
    assert np.array_equal(total, readings.energy_j["facility"])
    assert len(allocation.shares[Component.IDLE].holders) > 900
