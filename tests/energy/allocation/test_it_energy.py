"""IT energy of all nodes over holders: what goes through each outlet, what fans drew, what is held, zone by zone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from energy.allocation.baseline import Baseline, core_dynamic_w, declared, gpu_dynamic_w, gpu_idle_w
from energy.allocation.holders import Holder
from energy.allocation.it_energy import ItEnergy, it_energy, node_splits
from energy.allocation.settle import settle
from energy.graph.closure import close
from energy.interval import SETTLEMENT_S, Period
from energy.readings.gpu import Board
from energy.readings.meters import MeterReadings
from energy.readings.telemetry import Telemetry
from energy.readings.use import Use
from infra.inventory.compute import Gpu, Node
from infra.inventory.site import Site
from tests.energy.generated import PERIOD, worlds
from tests.energy.small import constant_readings, constant_use, small_site

SITE = small_site()
World = tuple[Site, MeterReadings, Use]
QUIET = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow,
                                                                        HealthCheck.filter_too_much])


def it_of(site: Site, readings: MeterReadings, use: Use, telemetry: Telemetry | None = None) -> ItEnergy:
    closure = close(site, readings)
    return it_energy(site, closure, node_splits(site, closure, use, telemetry=telemetry), telemetry)


def watts(table: np.ndarray) -> list[float]:
    """Return the watts of each row in the first interval."""
    return [round(float(joules) / SETTLEMENT_S, 2) for joules in table[:, 0]]


class TestByHand:
    # n1 in air: 200 W, of them 100 at rest: alpha 50 + 75, beta 25 + 25, _free 25. Outlets 120 and 80 W: 3 : 2.
    @pytest.fixture
    def it(self, small: Site, day: Period) -> ItEnergy:
        return it_of(small, constant_readings(day), constant_use(day))

    def test_holders_are_those_who_were_there_and_the_residual(self, it: ItEnergy) -> None:
        assert it.idle.holders == (Holder("_free", "air"), Holder("_free", "oil"), Holder("_platform", "air"),
                                   Holder("_residual", ""), Holder("alpha", "air"), Holder("alpha", "oil"),
                                   Holder("beta", "air"), Holder("beta", "oil"))

    @pytest.mark.parametrize(("outlet", "of_a_whole"), [("a-n1", 0.6), ("b-n1", 0.4)])
    def test_an_outlet_carries_each_account_as_the_node_does(self, it: ItEnergy, outlet: str,
                                                             of_a_whole: float) -> None:
        # red when idle goes through one outlet and dynamic through the other
        flow = it.through_outlets[outlet]
        assert [it.idle.holders[row].account for row in flow.rows] == ["_free", "alpha", "beta"]
        assert watts(flow.energy_j) == pytest.approx([25 * of_a_whole, 125 * of_a_whole, 50 * of_a_whole], abs=0.01)

    def test_what_is_held_is_held_half_behind_each_outlet(self, it: ItEnergy) -> None:
        # nameplate 500 W over 10 cores: alpha 5, beta 2.5, _free 2.5; half of each behind A and B, whatever flows
        for outlet in ("a-n1", "b-n1"):
            assert (it.reserved_at_outlets[outlet].energy_j[:, 0] / 1000).tolist() == [62.5, 125.0, 62.5]

    def test_all_that_is_held_is_the_nameplates(self, it: ItEnergy) -> None:
        assert it.reserved_mw.energy_j.sum(axis=0).tolist() == [1_070_000] * 96  # 500 + 250 + 320 W

    def test_a_board_is_held_by_who_reserved_it_not_by_cores(self, it: ItEnergy) -> None:
        # n3: host 200 W: alpha 5 of 10 cores; two boards of 60 W: beta one
        by_holder = dict(zip(it.reserved_mw.holders, it.reserved_mw.energy_j[:, 0].tolist(), strict=True))
        assert (by_holder[Holder("alpha", "oil")], by_holder[Holder("beta", "oil")],
                by_holder[Holder("_free", "oil")]) == (100_000, 60_000, 160_000)

    def test_fans_are_a_part_of_what_each_drew(self, small: Site, day: Period) -> None:
        # n1 counts 40 W of fans in 200 W: a fifth of alpha's 125, beta's 50, _free's 25
        it = it_of(small, constant_readings(day), constant_use(day),
                   Telemetry(day, fan_j={"n1": np.full(day.count, 40 * SETTLEMENT_S)}))
        air = {holder.account: value for holder, value in zip(it.fans.holders, watts(it.fans.energy_j), strict=True)
               if holder.zone == "air"}
        assert air == {"_free": 5.0, "_platform": 0.0, "alpha": 25.0, "beta": 10.0}

    def test_an_outlet_that_carries_nothing(self, small: Site, day: Period) -> None:
        it = it_of(small, constant_readings(day, o_a_n1=0, o_b_n1=200), constant_use(day))
        assert not it.through_outlets["a-n1"].energy_j.any()
        assert watts(it.through_outlets["b-n1"].energy_j) == [25.0, 125.0, 50.0]

    def test_a_node_that_nobody_was_seen_on(self, small: Site, day: Period) -> None:
        # 200 W that nothing used: all of it is at rest, and `_free`'s
        it = it_of(small, constant_readings(day), Use(day, {}))
        assert Holder("alpha", "air") not in it.idle.holders
        assert watts(it.idle.energy_j)[it.idle.holders.index(Holder("_free", "air"))] == 200.0
        assert not it.dynamic.energy_j.any()

    def test_fan_counters_reach_the_split_of_boards(self, small: Site, day: Period) -> None:
        # n3, 240 W: boards 60 + 60 W (10 at rest each), host 120: 100 at rest, 20 above, which alpha's cores used.
        # Fans count 10 W and the file declares none: 10 of the 20 W go 10 : 100 by host and boards.
        # red when `node_splits` keeps the fans' counter to itself
        fans = {"n3": np.full(day.count, 10 * SETTLEMENT_S)}

        def alpha_w(fan_j: dict[str, np.ndarray]) -> float:
            boards = {"n3": {index: Board(np.full(day.count, 60 * SETTLEMENT_S)) for index in ("0", "1")}}
            it = it_of(small, constant_readings(day), constant_use(day), Telemetry(day, boards, fan_j=fan_j))
            return watts(it.dynamic.energy_j)[it.dynamic.holders.index(Holder("alpha", "oil"))]

        assert alpha_w({}) == 20.0
        assert alpha_w(fans) == pytest.approx(10 + 10 * 10 / 110, abs=0.01)


class TestZones:
    def test_zones_split_by_themselves_are_the_site(self, small: Site, day: Period) -> None:
        closure, use = close(small, constant_readings(day)), constant_use(day)
        whole = node_splits(small, closure, use)
        apart = {**node_splits(small, closure, use, zone="oil"), **node_splits(small, closure, use, zone="air")}
        assert set(node_splits(small, closure, use, zone="oil")) == {"n3"}
        # whatever order zones come in, `settle` gives the same joules
        one, other = (settle(small, constant_readings(day), use, splits=splits) for splits in (whole, apart))
        for component, shares in one.shares.items():
            assert (shares.energy_j == other.shares[component].energy_j).all()

    def test_a_zone_without_nodes_has_no_splits(self, small: Site, day: Period) -> None:
        assert node_splits(small, close(small, constant_readings(day)), constant_use(day), zone="attic") == {}


@given(worlds())
@QUIET
def test_outlets_carry_what_they_measured_but_for_a_joule_an_account(world: World) -> None:
    site, readings, use = world
    closure = close(site, readings)
    it = it_of(site, readings, use)
    for outlet, flow in it.through_outlets.items():
        lost_j = closure.outlets_j[outlet] - flow.energy_j.sum(axis=0)
        assert (lost_j >= 0).all(), "rounded down: never more than was measured"
        assert (lost_j <= len(flow.rows)).all()


@given(worlds())
@QUIET
def test_it_energy_is_the_outlets_and_fans_and_unseen_are_parts_of_it(world: World) -> None:
    site, readings, use = world
    it = it_of(site, readings, use)
    outlets_j = sum(close(site, readings).outlets_j.values(), np.zeros(PERIOD.count, dtype=np.int64))
    assert (it.total.energy_j.sum(axis=0) == outlets_j).all()
    assert (it.fans.energy_j <= it.total.energy_j).all()
    assert (it.unseen_j == 0).all(), "no node tells its cores"


@given(worlds(), st.lists(st.floats(0, 9000), min_size=PERIOD.count, max_size=PERIOD.count))
@QUIET
def test_what_is_unseen_is_never_more_than_is_dynamic(world: World, core_s: list[float]) -> None:
    site, readings, use = world
    it = it_of(site, readings, use, Telemetry(PERIOD, cpu_core_s={name: np.array(core_s) for name in site.nodes}))
    assert (it.unseen_j >= 0).all()
    assert (it.unseen_j <= it.dynamic.energy_j.sum(axis=0)).all()


def node(gpus: tuple[Gpu, ...], idle_w: float, nameplate_w: float) -> Node:
    power = SITE.nodes["n3"].power.model_copy(update={"idle_w": idle_w, "nameplate_w": nameplate_w})
    return SITE.nodes["n3"].model_copy(update={"gpus": gpus, "power": power})


def gpu(count: int, idle_w: float, nameplate_w: float) -> Gpu:
    return Gpu(model="g", count=count, memory="16Gi", idle_w=idle_w, nameplate_w=nameplate_w)


class TestDeclared:
    @pytest.mark.parametrize(("found", "boards_w", "core_w", "gpu_w"), [
        # 10 cores. Without boards: (300 - 100) / 10
        (node((), 100, 300), 0, 20, 0),
        # two boards 10..60 W: host (320 - 120) - (120 - 20) = 100 W over 10 cores; a board 50 W
        (node((gpu(2, 10, 60),), 120, 320), 20, 10, 50),
        # one of 20..100, three of 10..60: rest 50 W, boards' span 80 + 150 = 230, 57.5 each; host 400 - 280 - 50 = 70
        (node((gpu(1, 20, 100), gpu(3, 10, 60)), 100, 400), 50, 7, 57.5),
        # boards alone exceed the nameplate: a core can't give energy back
        (node((gpu(4, 10, 100),), 100, 300), 40, 0, 90),
        # a board that rests above its nameplate neither
        (node((gpu(1, 80, 60),), 100, 300), 80, 22, 0)])
    def test_by_hand(self, found: Node, boards_w: float, core_w: float, gpu_w: float) -> None:
        assert (gpu_idle_w(found), core_dynamic_w(found), gpu_dynamic_w(found)) == (boards_w, core_w, gpu_w)
        assert declared(found) == Baseline(found.power.idle_w, core_w, gpu_w)

    @given(st.floats(0, 500), st.floats(0, 500), st.integers(0, 4))
    def test_all_busy_draws_the_nameplate_and_no_more(self, idle_w: float, span_w: float, boards: int) -> None:
        # what is declared closes: rest + all cores + all boards = nameplate, where the boards leave room for it
        kinds = (gpu(boards, 10, 60),) if boards else ()
        found = node(kinds, idle_w + 10 * boards, idle_w + 60 * boards + span_w)
        powers = declared(found)
        assert powers.idle_w + 10 * powers.core_w + boards * powers.gpu_w == pytest.approx(found.power.nameplate_w)
