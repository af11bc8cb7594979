"""What goes into a table comes out of it, whatever the readings, and the same figures are the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.allocation.result import Component
from energy.allocation.settle import settle
from energy.interval import Period
from energy.ledger.parts import parquet_bytes
from energy.ledger.tables import (
    meters_from,
    meters_table,
    shares_from,
    shares_table,
    use_from,
    use_table,
)
from energy.readings.meters import MeterReadings
from energy.readings.use import NodeUse, Use
from tests.energy.small import constant_readings, constant_use, small_site

PERIOD = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 1, tzinfo=UTC))
COUNT = PERIOD.count

joules = st.lists(st.integers(-(2**62), 2**62), min_size=COUNT, max_size=COUNT)
flags = st.lists(st.integers(0, 3), min_size=COUNT, max_size=COUNT)
amounts = st.lists(st.floats(0, 1e12), min_size=COUNT, max_size=COUNT)
names = st.text("abc-", min_size=1, max_size=6)


@settings(deadline=None, max_examples=40)
@given(st.dictionaries(names, st.tuples(joules, flags), max_size=5))
def test_readings_come_back_as_they_went(rows: dict[str, tuple[list[int], list[int]]]) -> None:
    readings = MeterReadings(PERIOD, {name: np.array(row, dtype=np.int64) for name, (row, _flags) in rows.items()},
                             {name: np.array(flag, dtype=np.uint8) for name, (_row, flag) in rows.items()})
    found = meters_from(meters_table(readings), PERIOD)
    assert {name: row.tolist() for name, row in found.energy_j.items()} == {
        name: row for name, (row, _flags) in rows.items()}
    assert {name: row.tolist() for name, row in found.flags.items()} == {
        name: flag for name, (_row, flag) in rows.items()}


@settings(deadline=None, max_examples=40)
@given(st.dictionaries(names, st.dictionaries(names, amounts, min_size=1, max_size=3), max_size=3))
def test_use_comes_back_as_it_went(by_node: dict[str, dict[str, list[float]]]) -> None:
    use = Use(PERIOD, {node: NodeUse({account: np.array(row) for account, row in accounts.items()}, {},
                                     {account: np.array(row) + 1 for account, row in accounts.items()}, {})
                       for node, accounts in by_node.items()})
    found = use_from(use_table(use), PERIOD)
    assert set(found.nodes) == set(use.nodes)
    for node, of_node in use.nodes.items():
        for kind in ("cpu_used_s", "gpu_used_s", "cpu_reserved", "gpu_reserved"):
            expected, got = getattr(of_node, kind), getattr(found.nodes[node], kind)
            assert set(got) == set(expected)
            assert all(np.array_equal(got[account], expected[account]) for account in expected)


def test_settled_energy_comes_back_as_it_went() -> None:
    allocation = settle(small_site(), constant_readings(PERIOD), constant_use(PERIOD))
    columns = {f"{component}_j": shares for component, shares in allocation.shares.items()}
    found = shares_from(shares_table(PERIOD, columns), PERIOD)
    for component in Component:
        assert found[f"{component}_j"].holders == allocation.shares[component].holders
        assert np.array_equal(found[f"{component}_j"].energy_j, allocation.shares[component].energy_j)


def test_the_order_in_which_meters_were_read_changes_no_byte() -> None:
    readings = constant_readings(PERIOD)
    turned = MeterReadings(PERIOD, dict(reversed(list(readings.energy_j.items()))), readings.flags)
    assert parquet_bytes(meters_table(readings)) == parquet_bytes(meters_table(turned))


def test_the_order_in_which_nodes_were_read_changes_no_byte() -> None:
    use = constant_use(PERIOD)
    turned = Use(PERIOD, dict(reversed(list(use.nodes.items()))))
    assert parquet_bytes(use_table(use)) == parquet_bytes(use_table(turned))


def test_one_joule_more_is_other_bytes() -> None:
    readings = constant_readings(PERIOD)
    row = readings.energy_j["facility"].copy()
    row[2] += 1
    other = MeterReadings(PERIOD, {**readings.energy_j, "facility": row}, readings.flags)
    assert parquet_bytes(meters_table(readings)) != parquet_bytes(meters_table(other))


@pytest.mark.parametrize(("table", "columns"), [
    (meters_table(constant_readings(PERIOD)), ["start_s", "meter", "energy_j", "flag"]),
    (use_table(constant_use(PERIOD)), ["start_s", "node", "account", "kind", "amount"]),
])
def test_columns_carry_their_unit(table: pa.Table, columns: list[str]) -> None:
    assert table.column_names == columns
