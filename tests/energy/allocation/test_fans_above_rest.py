"""Fans of a node whose boards have counters: above rest they go by all dynamic energy, and nothing is lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.allocation.fans import fan_energy_j
from energy.allocation.node_split import NodeOwn, NodeSplit, split_node
from energy.readings.gpu import Board, Claim
from energy.readings.use import NodeUse
from infra.inventory.compute import Gpu, Node
from tests.energy.allocation.test_node_split import energy, use, watts_of
from tests.energy.small import small_site

# 120 W at rest, of which two boards 10 W each: the host rests at 100 W.
N3 = small_site().nodes["n3"]
ONE = np.ones(1)


def with_fans(share: float = 0.2, nameplate_w: float = 960) -> Node:
    """n3 with fans: at 960 W of nameplate and a share of 0.2 the curve says 0.2 · (120/960)^0.524 · 120 W at rest."""
    power = N3.power.model_copy(update={"fan_share": share, "nameplate_w": nameplate_w})
    return N3.model_copy(update={"power": power})


def board(watts: float, **active_s: float) -> Board:
    """A whole board and the seconds that its holders were active on it."""
    return Board(energy(watts), {account: Claim(ONE, ONE * seconds) for account, seconds in active_s.items()})


def own(fans_w: float | None, **boards: Board) -> NodeOwn:
    names = {"b0": "0", "b1": "1"}
    return NodeOwn({names[name]: found for name, found in boards.items()}, None,
                   None if fans_w is None else energy(fans_w))


def split(node: Node, watts: float, used: NodeUse, told: NodeOwn) -> NodeSplit:
    return split_node(node, energy(watts), used, None, told)


# alpha alone computes on the host, beta alone on board 0.
CORES = use(cpu_used_s={"alpha": 900})


# 360 W at the outlets, 160 W on board 0 (10 at rest), 10 W on board 1. Host 190 W: 100 at rest, 90 above.
BOARDS = {"b0": board(160, beta=900), "b1": board(10)}


class TestByHand:
    def test_without_fans_the_host_is_the_cores(self) -> None:
        found = watts_of(split(N3, 360, CORES, own(None, **BOARDS)))
        assert found["alpha"] == (0.0, 90.0)
        assert found["beta"] == (10.0, 150.0)

    def test_counted_fans_go_by_host_and_boards(self) -> None:
        # rest by the curve: 120 W · 0.2 · (120 / 960)^0.524 = 8.07 W. The counter says 68.07 W: 60 W above rest.
        # Host without them 30 W, boards 150 W: alpha 30 + 60 · 30/180 = 40 W, beta 150 + 60 · 150/180 = 200 W.
        # red when fans go by the host's energy alone (alpha 90 W), or by the boards' alone (30 W)
        node = with_fans()
        at_rest_w = float(fan_energy_j(node, energy(120))[0]) / 900
        assert at_rest_w == pytest.approx(120 * 0.2 * 0.125 ** 0.524, abs=0.001)
        found = watts_of(split(node, 360, CORES, own(at_rest_w + 60, **BOARDS)))
        assert found["alpha"] == pytest.approx((0.0, 40), abs=0.002)
        assert found["beta"] == pytest.approx((10.0, 200), abs=0.002)
        assert found["_free"] == (110.0, 0.0)

    def test_without_a_counter_the_curve_says(self) -> None:
        # at 360 W: 0.2 · (360 / 960)^0.524 · 360 = 43.07 W; 35.00 W above those at rest.
        # alpha: of the host's 90 W 55.00 are not fans; + 35.00 · 55 / 205 = 64.39 W
        fans_w = 0.2 * (360 / 960) ** 0.524 * 360 - 120 * 0.2 * 0.125 ** 0.524
        found = watts_of(split(with_fans(), 360, CORES, own(None, **BOARDS)))
        assert found["alpha"][1] == pytest.approx(90 - fans_w + fans_w * (90 - fans_w) / (240 - fans_w), abs=0.003)
        assert found["alpha"][1] == pytest.approx(64.39, abs=0.01)

    def test_fans_never_take_more_than_the_host_drew_above_rest(self) -> None:
        # a counter of 200 W: all 90 W above the host's rest are fans, and only beta is dynamic besides
        found = watts_of(split(with_fans(), 360, CORES, own(200, **BOARDS)))
        assert found["alpha"] == (0.0, 0.0)
        assert found["beta"] == (10.0, 240.0)

    def test_fans_slower_than_at_rest_take_nothing_away(self) -> None:
        assert watts_of(split(with_fans(), 360, CORES, own(1, **BOARDS)))["alpha"] == (0.0, 90.0)

    def test_fans_that_run_while_nothing_computes_are_rest(self) -> None:
        # Nobody used a core, board 0 only rests: host 140 W, 40 of them fans. Reservations bear it: 4 of 10 cores.
        # red when `still_j` is dropped: 40 W are nobody's then
        found = watts_of(split(with_fans(), 160, use(cpu_reserved={"alpha": 4}),
                               own(400, b0=board(10), b1=board(10))))
        assert found["alpha"] == pytest.approx((0.4 * 140, 0.0))
        assert found["_free"] == pytest.approx((0.6 * 140 + 20, 0.0))

    def test_boards_alone_bear_them_when_no_core_was_used(self) -> None:
        # host 190 W: 60 of its 90 W are fans and go to beta; the 30 W nobody used are rest, as before
        node = with_fans()
        at_rest_w = float(fan_energy_j(node, energy(120))[0]) / 900
        found = watts_of(split(node, 360, use(), own(at_rest_w + 60, **BOARDS)))
        assert found["beta"] == pytest.approx((10.0, 210), abs=0.002)
        assert found["_free"] == pytest.approx((140, 0.0), abs=0.002)

    def test_an_unseen_pod_bears_its_part(self) -> None:
        # The node counted 1800 s, pods showed 900: half of the host's 30 W is unseen and goes to who reserved, beta.
        # Fans: alpha 15/180, beta (15 + 150)/180 of 60 W.
        node = with_fans()
        at_rest_w = float(fan_energy_j(node, energy(120))[0]) / 900
        told = NodeOwn({"0": BOARDS["b0"], "1": BOARDS["b1"]}, ONE * 1800, energy(at_rest_w + 60))
        found = split(node, 360, use(cpu_used_s={"alpha": 900}, cpu_reserved={"beta": 1}), told)
        assert watts_of(found)["alpha"][1] == pytest.approx(20, abs=0.002)
        assert watts_of(found)["beta"][1] == pytest.approx(220, abs=0.002)
        assert found.unseen_j[0] / 900 == pytest.approx(15, abs=0.002)


class TestWithoutBoardCounters:
    @given(st.integers(0, 10**6), st.integers(0, 10**6), st.floats(0, 0.5))
    def test_a_counter_of_fans_changes_nothing(self, energy_j: int, fan_j: int, share: float) -> None:
        # red when `if not own.boards` goes: fans then would leave the weights of 4.3
        node, used = with_fans(share), use(cpu_used_s={"alpha": 300, "beta": 50}, gpu_used_s={"beta": 400})
        whole_j = np.array([energy_j], dtype=np.int64)
        with_it = split_node(node, whole_j, used, None, NodeOwn(fan_j=np.array([fan_j], dtype=np.int64)))
        without = split_node(node, whole_j, used)
        assert (with_it.idle_j == without.idle_j).all()
        assert (with_it.dynamic_j == without.dynamic_j).all()


seconds = st.floats(0, 5000)


class TestLaws:
    @given(st.lists(st.integers(0, 500_000), min_size=3, max_size=3), st.integers(0, 900_000), st.none() | st.integers(
        0, 900_000), st.floats(0, 0.6), seconds, seconds, seconds, seconds, st.none() | seconds)
    def test_the_node_keeps_its_total_to_the_joule(
            self, boards_j: list[int], host_j: int, fan_j: int | None, share: float, alpha: float, beta: float,
            active: float, other: float, node_s: float | None) -> None:
        boards = {str(place): Board(np.array([boards_j[place]], dtype=np.int64), claims) for place, claims in (
            (0, {"beta": Claim(ONE, active * ONE)}), (1, {"gamma": Claim(ONE, other * ONE)}))}
        total_j = boards_j[0] + boards_j[1] + host_j
        told = NodeOwn(boards, None if node_s is None else node_s * ONE,
                       None if fan_j is None else np.array([fan_j], dtype=np.int64))
        used = use(cpu_used_s={"alpha": alpha, "beta": beta}, cpu_reserved={"alpha": 2})
        found = split_node(with_fans(share), np.array([total_j], dtype=np.int64), used, None, told)
        assert int((found.idle_j + found.dynamic_j).sum()) == total_j
        assert (found.idle_j >= 0).all()
        assert (found.dynamic_j >= 0).all()

    @given(st.integers(0, 80), st.integers(1, 9))
    def test_shares_of_the_dynamic_energy_are_those_without_the_fans(self, fans_w: int, times: int) -> None:
        # I2: beta's board draws `times` · 20 W above rest, alpha's cores 20 W: whatever the fans draw, 1 : times
        node = with_fans()
        at_rest_w = float(fan_energy_j(node, energy(120))[0]) / 900
        boards = {"b0": board(10 + 20 * times, beta=900), "b1": board(10)}
        found = watts_of(split(node, 140 + 20 * times + fans_w, CORES, own(at_rest_w + fans_w, **boards)))
        assert found["beta"][1] == pytest.approx(times * found["alpha"][1], rel=1e-3)
        assert found["alpha"][1] + found["beta"][1] == pytest.approx(20 + 20 * times + fans_w, abs=0.003)

    @given(st.integers(1, 400))
    def test_more_fans_never_cost_the_boards_less(self, fans_w: int) -> None:
        less, more = (watts_of(split(with_fans(), 360, CORES, own(watts, **BOARDS)))["beta"][1]
                      for watts in (fans_w - 1, fans_w))
        assert more >= less - 0.01


def test_boards_of_the_node_are_two() -> None:
    # the figures above are those of two boards at 10 W
    assert N3.gpus == (Gpu(model="g", count=2, memory="16Gi", nameplate_w=60, idle_w=10),)
