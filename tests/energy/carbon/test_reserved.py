"""What was reserved, as whole amounts: cores, boards in every way of sharing, and bytes by conventions in force."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.allocation.settle import settle
from energy.carbon.reserved import Reservations, reservations_of
from energy.interval import SETTLEMENT_S, Period
from energy.readings.gpu import Board, Claim
from energy.readings.telemetry import Telemetry
from energy.readings.use import NodeUse, Use
from infra.inventory.compute import MIG_SLICES
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use, small_site

GIB = 2**30
QUARTER = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 0, 15, tzinfo=UTC))
TWO_DAYS = Period(datetime(2012, 3, 4, 23, tzinfo=UTC), datetime(2012, 3, 6, 23, tzinfo=UTC))
SPRING = Period(datetime(2012, 3, 24, 23, tzinfo=UTC), datetime(2012, 3, 25, 22, tzinfo=UTC))  # 23 hours in Paris
BOARD_S = 1000 * MIG_SLICES * SETTLEMENT_S  # one board held for a quarter-hour


def found(site: Site, use: Use, telemetry: Telemetry | None = None) -> Reservations:
    return reservations_of(site, use, settle(site, constant_readings(use.period), use, telemetry=telemetry), telemetry)


def holding(cores: dict[str, float] | None = None, boards: dict[str, float] | None = None, node: str = "n3") -> Use:
    """Return a quarter-hour in which accounts reserve cores and boards of one node."""
    rows = [{account: np.full(1, amount) for account, amount in (table or {}).items()} for table in (cores, boards)]
    return Use(QUARTER, {node: NodeUse({}, {}, *rows)})


def with_gpu(site: Site, **sharing: Any) -> Site:
    """Return the site with the two boards of n3 shared in another way."""
    [gpu] = site.nodes["n3"].gpus
    node = site.nodes["n3"].model_copy(update={"gpus": (gpu.model_copy(update=sharing),)})
    return site.model_copy(update={"nodes": {**site.nodes, "n3": node}})


def claimed(*boards: dict[str, float]) -> Telemetry:
    """Return boards that draw nothing, and what accounts hold of each."""
    nothing = np.zeros(1, dtype=np.int64)
    return Telemetry(QUARTER, {"n3": {str(index): Board(nothing, {account: Claim(np.full(1, parts), np.zeros(1))
                                                                 for account, parts in claims.items()})
                                      for index, claims in enumerate(boards)}})


def with_convention(site: Site, tenant: str, **dates: date) -> Site:
    changed = site.tenants[tenant].model_copy(update={
        "convention": site.tenants[tenant].convention.model_copy(update=dates)})
    return site.model_copy(update={"tenants": {**site.tenants, tenant: changed}})


class TestCores:
    def test_by_hand(self, small: Site) -> None:
        # n1: 10 cores for 900 s are 9,000,000 millicore-seconds; alpha holds a third of a core: 333 of a thousandth.
        cpu = found(small, holding({"alpha": 1 / 3, "beta": 2.5}, node="n1")).cpu["n1"]
        assert cpu == {"alpha": 333 * 900, "beta": 2_250_000, "_free": 9_000_000 - 333 * 900 - 2_250_000}

    def test_more_than_there_is_leaves_nothing_free_and_nothing_negative(self, small: Site) -> None:
        # red when `max(0, ...)` of what is left goes
        assert found(small, holding({"alpha": 8, "beta": 8}, node="n1")).cpu["n1"] == {
            "alpha": 7_200_000, "beta": 7_200_000}

    def test_a_node_that_nobody_was_seen_on(self, small: Site) -> None:
        held = found(small, Use(QUARTER, {}))
        assert held.cpu["n1"] == {"_free": 9_000_000}
        assert held.cpu["n2"] == {"_platform": 9_000_000}, "what is free on a control plane is the platform's"
        assert held.gpu["n1"] == {}, "no board, nothing free"

    def test_what_the_platform_reserves_and_what_is_left_it_are_one(self, small: Site) -> None:
        assert found(small, holding({"_platform": 2, "alpha": 1}, node="n2")).cpu["n2"] == {
            "_platform": 8_100_000, "alpha": 900_000}


class TestBoards:
    def test_without_claims_the_gauge_says(self, small: Site) -> None:
        assert found(small, holding(boards={"beta": 1.5})).gpu["n3"] == {"beta": BOARD_S * 3 // 2,
                                                                         "_free": BOARD_S // 2}

    def test_claims_come_before_the_gauge(self, small: Site) -> None:
        held = found(small, holding(boards={"beta": 2}), claimed({"alpha": 1}, {}))
        assert held.gpu["n3"] == {"alpha": BOARD_S, "_free": BOARD_S}

    @pytest.mark.parametrize(("sharing", "parts", "share"), [
        ({"mig": "1g.10gb"}, 3, 3 / 7), ({"sharing": "time-slice", "replicas": 4}, 3, 3 / 4),
        ({"sharing": "mps", "replicas": 4}, 1, 1 / 4), ({"sharing": "vgpu", "replicas": 4}, 1, 1 / 4), ({}, 1, 1.0)])
    def test_a_part_of_a_board(self, small: Site, sharing: dict[str, Any], parts: int, share: float) -> None:
        # red when a replica counts as a slice of seven, or as a board
        held = found(with_gpu(small, **sharing), holding(), claimed({"alpha": parts}))
        assert held.gpu["n3"] == {"alpha": round(BOARD_S * share), "_free": 2 * BOARD_S - round(BOARD_S * share)}

    def test_boards_of_two_kinds_each_by_its_own_parts(self, small: Site) -> None:
        # board 0 whole, boards 1 and 2 in seven slices: alpha holds board 0, and 1 slice of board 2
        [gpu] = small.nodes["n3"].gpus
        kinds = (gpu.model_copy(update={"count": 1}), gpu.model_copy(update={"count": 2, "mig": "1g.10gb"}))
        node = small.nodes["n3"].model_copy(update={"gpus": kinds})
        site = small.model_copy(update={"nodes": {**small.nodes, "n3": node}})
        held = found(site, holding(), claimed({"alpha": 1}, {"beta": 7}, {"alpha": 1}))
        assert held.gpu["n3"] == {"alpha": BOARD_S + BOARD_S // 7, "beta": BOARD_S,
                                  "_free": BOARD_S - BOARD_S // 7}


class TestMemory:
    # Workers n1 and n3: 128 GiB. A tenth or so is the platform's reserve; alpha and beta have 16 GiB each.
    def test_by_hand(self, small: Site) -> None:
        seconds = SETTLEMENT_S
        memory = found(small, Use(QUARTER, {})).memory
        reserve = round(128 * GIB * seconds * small.cluster.platform_reserve)
        assert memory["_platform"] == pytest.approx(reserve, abs=1)
        assert memory["alpha"] == memory["beta"] == 16 * GIB * seconds
        assert sum(memory.values()) == 128 * GIB * seconds

    def test_a_convention_that_ends_inside_the_period(self, small: Site) -> None:
        # its last day is the 5th, that day included: one day of two. Red when `ends` is excluded.
        memory = found(with_convention(small, "alpha", ends=date(2012, 3, 5)), constant_use(TWO_DAYS)).memory
        assert (memory["alpha"], memory["beta"]) == (16 * GIB * 86_400, 16 * GIB * 2 * 86_400)

    def test_a_convention_that_begins_inside_it(self, small: Site) -> None:
        memory = found(with_convention(small, "alpha", starts=date(2012, 3, 6)), constant_use(TWO_DAYS)).memory
        assert memory["alpha"] == 16 * GIB * 86_400

    @pytest.mark.parametrize("dates", [{"ends": date(2012, 3, 4)}, {"starts": date(2012, 3, 7)}])
    def test_a_convention_of_another_time_holds_nothing(self, small: Site, dates: dict[str, date]) -> None:
        memory = found(with_convention(small, "alpha", **dates), constant_use(TWO_DAYS)).memory
        assert memory["alpha"] == 0
        assert sum(memory.values()) == 128 * GIB * 2 * 86_400

    def test_a_local_day_of_23_hours(self, small: Site) -> None:
        # red when days count 86,400 s, or begin at midnight UTC
        site = with_convention(small, "alpha", starts=date(2012, 3, 25), ends=date(2012, 3, 25))
        assert found(site, constant_use(SPRING)).memory["alpha"] == 16 * GIB * 82_800

    def test_a_child_takes_from_its_parent(self, small: Site) -> None:
        beta = small.tenants["beta"].model_copy(update={"parent": "alpha"})
        site = small.model_copy(update={"tenants": {**small.tenants, "beta": beta}})
        memory = found(site, Use(QUARTER, {})).memory
        assert (memory["alpha"], memory["beta"]) == (0, 16 * GIB * 900), "both have 16 GiB: nothing is left to alpha"


SMALL = small_site()
tables = st.dictionaries(st.sampled_from(["alpha", "beta", "_platform"]), st.floats(0, 12))


@given(tables, st.dictionaries(st.sampled_from(["alpha", "beta"]), st.floats(0, 3)))
def test_all_of_a_node_is_somebodys_once(cores: dict[str, float], boards: dict[str, float]) -> None:
    held = found(SMALL, holding(cores, boards))
    for amounts, capacity, taken in ((held.cpu["n3"], 9_000_000, cores), (held.gpu["n3"], 2 * BOARD_S, boards)):
        assert sum(amounts.values()) >= capacity
        assert min(amounts.values()) >= 0
        if sum(taken.values()) < capacity / (900 * (1000 if amounts is held.cpu["n3"] else 7000)) - 0.01:
            assert sum(amounts.values()) == capacity


@given(tables, tables)
def test_two_quarters_add_up_whoever_was_there(one: dict[str, float], other: dict[str, float]) -> None:
    first, second = (found(SMALL, holding(cores)) for cores in (one, other))
    both = first + second
    for node in SMALL.nodes:
        for account in {*first.cpu[node], *second.cpu[node]}:
            assert both.cpu[node][account] == first.cpu[node].get(account, 0) + second.cpu[node].get(account, 0)
    assert sum(both.memory.values()) == sum(first.memory.values()) + sum(second.memory.values())
    assert {zone: sum(by.values()) for zone, by in both.energy_j.items()} == {
        zone: sum(first.energy_j[zone].values()) + sum(second.energy_j[zone].values()) for zone in both.energy_j}
