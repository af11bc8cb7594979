"""Telemetry and baselines into tables and back."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.allocation.baseline import Baseline
from energy.interval import Period
from energy.ledger.parts import parquet_bytes
from energy.ledger.telemetry_table import baselines_from, baselines_table, telemetry_from, telemetry_table
from energy.quality import Quality
from energy.readings.gpu import Board, Claim
from energy.readings.telemetry import Telemetry

PERIOD = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 1, tzinfo=UTC))
names = st.text("abc-0", min_size=1, max_size=4)
joules = st.lists(st.integers(0, 2**50), min_size=4, max_size=4)
amounts = st.lists(st.floats(0, 1e9), min_size=4, max_size=4)
claims = st.dictionaries(names, st.tuples(amounts, amounts), max_size=3)
boards = st.dictionaries(names, st.tuples(joules, claims), max_size=3)


def whole(row: list[int]) -> np.ndarray:
    return np.array(row, dtype=np.int64)


@st.composite
def telemetries(draw: st.DrawFn) -> Telemetry:
    by_node = draw(st.dictionaries(names, boards, max_size=2))
    return Telemetry(
        PERIOD, {node: {index: Board(whole(row), {account: Claim(np.array(parts), np.array(active))
                                                  for account, (parts, active) in held.items()})
                        for index, (row, held) in found.items()} for node, found in by_node.items() if found},
        {node: np.array(row) for node, row in draw(st.dictionaries(names, amounts, max_size=2)).items()},
        {node: whole(row) for node, row in draw(st.dictionaries(names, joules, max_size=2)).items()},
        {zone: whole(row) for zone, row in draw(st.dictionaries(names, joules, max_size=2)).items()})


def plain(telemetry: Telemetry) -> object:
    """Return telemetry as lists, for comparing."""
    return (
        {node: {index: (board.energy_j.tolist(), {account: (claim.parts.tolist(), claim.active_s.tolist())
                                                  for account, claim in board.claims.items()})
                for index, board in found.items()} for node, found in telemetry.boards.items()},
        *({name: row.tolist() for name, row in table.items()}
          for table in (telemetry.cpu_core_s, telemetry.fan_j, telemetry.zone_heat_j)))


@settings(deadline=None, max_examples=60)
@given(telemetries())
def test_it_comes_back_as_it_went(telemetry: Telemetry) -> None:
    assert plain(telemetry_from(telemetry_table(telemetry), PERIOD)) == plain(telemetry)


def test_nothing_comes_back_as_nothing() -> None:
    assert plain(telemetry_from(telemetry_table(Telemetry(PERIOD)), PERIOD)) == plain(Telemetry(PERIOD))


def test_the_order_of_boards_changes_no_byte() -> None:
    one = {"0": Board(whole([1, 2, 3, 4])), "1": Board(whole([5, 6, 7, 8]))}
    other = dict(reversed(list(one.items())))
    assert parquet_bytes(telemetry_table(Telemetry(PERIOD, {"n": one}))) == parquet_bytes(
        telemetry_table(Telemetry(PERIOD, {"n": other})))


def test_a_claim_belongs_to_its_own_board() -> None:
    row = np.ones(4)
    telemetry = Telemetry(PERIOD, {"n": {"0": Board(whole([1] * 4), {"alpha": Claim(row, row)}),
                                         "1": Board(whole([1] * 4), {"beta": Claim(row * 2, row)})},
                                   "m": {"0": Board(whole([1] * 4))}})
    back = telemetry_from(telemetry_table(telemetry), PERIOD)
    assert set(back.boards["n"]["0"].claims) == {"alpha"}
    assert set(back.boards["n"]["1"].claims) == {"beta"}
    assert back.boards["m"]["0"].claims == {}


@pytest.mark.parametrize("baseline", [
    Baseline(120.0, 4.5, 0.0), Baseline(118.25, 4.125, 210.0, Quality.DERIVED, 0.99, 0.5, 2972),
    Baseline(120.0, 4.5, 0.0, Quality.DECLARED, 0.31, None, 90)])
def test_baselines_come_back(baseline: Baseline) -> None:
    assert baselines_from(baselines_table({"n1": baseline})) == {"n1": baseline}


def test_baselines_stand_in_the_order_of_nodes() -> None:
    one, other = Baseline(1.0, 1.0, 0.0), Baseline(2.0, 1.0, 0.0)
    assert baselines_table({"b": one, "a": other}).equals(baselines_table({"a": other, "b": one}))


def test_no_node_is_an_empty_table() -> None:
    assert baselines_from(baselines_table({})) == {}
