"""Boards over accounts in every way of sharing, by hand; hosts beside boards; energy that no pod was seen to cause."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.allocation.gpu_split import split_board
from energy.allocation.node_split import NodeOwn, split_node
from energy.allocation.settle import settle
from energy.errors import EnergyError
from energy.interval import SETTLEMENT_S, Period
from energy.readings.gpu import Board, Claim
from energy.readings.telemetry import Telemetry
from energy.readings.use import NodeUse
from infra.inventory.compute import Gpu
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use, small_site

SITE = small_site()
ONE = np.ones(1)
BOARD = {"model": "h100", "count": 1, "memory": "80Gi", "nameplate_w": 400, "idle_w": 70}
WAYS = {"exclusive": Gpu(**BOARD), "mig": Gpu(**BOARD, mig="1g.10gb"),
        "time-slice": Gpu(**BOARD, sharing="time-slice", replicas=4),
        "mps": Gpu(**BOARD, sharing="mps", replicas=4), "vgpu": Gpu(**BOARD, sharing="vgpu", replicas=4)}
ACCOUNTS = ("_free", "alpha", "beta")


def energy(watts: float) -> np.ndarray:
    return np.array([round(watts * SETTLEMENT_S)], dtype=np.int64)


def board_of(watts: float, **claims: tuple[float, float]) -> Board:
    """Return one interval of a board: account -> (parts held, part-seconds active)."""
    return Board(energy(watts), {account: Claim(parts * ONE, active * ONE) for account, (parts, active) in
                                 claims.items()})


def watts_of(way: str, board: Board) -> dict[str, tuple[float, float]]:
    split = split_board(WAYS[way], board, ACCOUNTS, "_free")
    return {account: (float(split.idle_j[row, 0]) / SETTLEMENT_S, float(split.dynamic_j[row, 0]) / SETTLEMENT_S)
            for row, account in enumerate(ACCOUNTS)}


class TestWays:
    def test_exclusive(self) -> None:
        # 370 W: 70 at rest and 300 above, all alpha's
        assert watts_of("exclusive", board_of(370, alpha=(1, 600))) == {
            "_free": (0, 0), "alpha": (70, 300), "beta": (0, 0)}

    def test_mig_by_slices_of_seven(self) -> None:
        # alpha 3g, beta 2g, two slices of nobody: 70 W at rest by 3 : 2 : 2 of 7.
        # Above rest 210 W by activity x slices: 3 x 450 s and 2 x 225 s, 1350 : 450.
        assert watts_of("mig", board_of(280, alpha=(3, 1350), beta=(2, 450))) == {
            "_free": (20, 0), "alpha": (30, 157.5), "beta": (20, 52.5)}

    @pytest.mark.parametrize("way", ["time-slice", "mps"])
    def test_replicas(self, way: str) -> None:
        # four replicas, alpha holds 1, beta 2: 70 W by 1 : 2 : 1; 130 W by activity 300 : 100
        assert watts_of(way, board_of(200, alpha=(1, 300), beta=(2, 100))) == {
            "_free": (17.5, 0), "alpha": (17.5, 97.5), "beta": (35, 32.5)}

    def test_vgpu_by_guests_that_are_there(self) -> None:
        # two guests, whatever their profiles: 35 W each; nobody's part is anybody's
        assert watts_of("vgpu", board_of(100, alpha=(1, 900), beta=(3, 0))) == {
            "_free": (0, 0), "alpha": (35, 30), "beta": (35, 0)}

    @pytest.mark.parametrize("way", WAYS)
    def test_a_board_of_nobody_is_free(self, way: str) -> None:
        assert watts_of(way, board_of(90)) == {"_free": (90, 0), "alpha": (0, 0), "beta": (0, 0)}

    def test_power_above_rest_while_nothing_ran(self) -> None:
        # 30 W above rest, no activity: as the rest, 1/7 of 100 W
        assert watts_of("mig", board_of(100, alpha=(1, 0)))["alpha"][0] == pytest.approx(100 / 7, abs=0.01)

    def test_a_board_under_its_rest(self) -> None:
        assert watts_of("exclusive", board_of(20, alpha=(1, 900)))["alpha"] == (20, 0)

    def test_more_replicas_held_than_there_are(self) -> None:
        # 6 of 4: nothing is free, 70 W by 4 : 2
        found = watts_of("time-slice", board_of(70, alpha=(4, 0), beta=(2, 0)))
        assert found["_free"] == (0, 0)
        assert found["alpha"][0] == pytest.approx(70 * 4 / 6, abs=0.01)


claims = st.dictionaries(st.sampled_from(["alpha", "beta"]), st.tuples(st.floats(0, 7), st.floats(0, 6300)))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(WAYS)), st.integers(0, 10**6), claims)
def test_the_parts_are_the_board_to_the_joule(way: str, energy_j: int,
                                              held: Mapping[str, tuple[float, float]]) -> None:
    board = Board(np.array([energy_j]), board_of(0, **held).claims)
    split = split_board(WAYS[way], board, ACCOUNTS, "_free")
    assert int((split.idle_j + split.dynamic_j).sum()) == energy_j
    assert (split.idle_j >= 0).all()
    assert (split.dynamic_j >= 0).all()


def use(**parts: dict[str, float]) -> NodeUse:
    return NodeUse(*({account: amount * ONE for account, amount in parts.get(name, {}).items()}
                     for name in ("cpu_used_s", "gpu_used_s", "cpu_reserved", "gpu_reserved")))


class TestNodeWithBoards:
    def test_the_host_is_what_the_outlets_measured_beside_boards(self) -> None:
        # n3: 240 W, boards 50 and 10 (10 at rest each): host 180 = 100 at rest + 80 above.
        # alpha reserves 5 of 10 cores and uses them alone: 50 + 80; beta holds board 0: 10 + 40; _free 50 and board 1.
        boards = {"0": board_of(50, beta=(1, 900)), "1": board_of(10)}
        split = split_node(SITE.nodes["n3"], energy(240), use(cpu_reserved={"alpha": 5}, cpu_used_s={"alpha": 900}),
                           own=NodeOwn(boards))
        found = {account: (split.idle_j[row, 0] / 900, split.dynamic_j[row, 0] / 900)
                 for row, account in enumerate(split.accounts)}
        assert found == {"_free": (60, 0), "alpha": (50, 80), "beta": (10, 40)}

    def test_boards_without_claims_go_as_the_nodes_gpus_do(self) -> None:
        # boards 60 + 10 = 70 W: 20 at rest by reservation 1 : 1 (beta, _free), 50 above by GPU-seconds, beta's
        split = split_node(SITE.nodes["n3"], energy(200),
                           use(gpu_reserved={"beta": 1}, gpu_used_s={"beta": 300}),
                           own=NodeOwn({"0": board_of(60), "1": board_of(10)}))
        found = {account: (split.idle_j[row, 0] / 900, split.dynamic_j[row, 0] / 900)
                 for row, account in enumerate(split.accounts)}
        # host 130: 100 at rest and 30 that nobody used, both _free's
        assert found == {"_free": (140, 0), "beta": (10, 50)}

    def test_a_board_that_nobody_claims_beside_one_that_is_claimed_is_free(self) -> None:
        # Mutation that turns this red: the node's reservations for board 1, which would bill beta for two boards.
        split = split_node(SITE.nodes["n3"], energy(200), use(gpu_reserved={"beta": 1}, gpu_used_s={"beta": 900}),
                           own=NodeOwn({"0": board_of(60, beta=(1, 900)), "1": board_of(10)}))
        rows = {account: row for row, account in enumerate(split.accounts)}
        assert split.idle_j[rows["beta"], 0] / 900 == 10
        assert split.dynamic_j[rows["beta"], 0] / 900 == 50
        assert split.idle_j[rows["_free"], 0] / 900 == 130 + 10

    def test_boards_that_count_more_than_the_outlets_are_refused(self) -> None:
        with pytest.raises(EnergyError, match="the GPU boards of node 'N3' counted 9000 J more") as refusal:
            split_node(SITE.nodes["n3"], energy(240), use(), own=NodeOwn({"0": board_of(250)}))
        assert "(b-n3) in interval 0" in str(refusal.value)
        assert "recorded once, in joules" in str(refusal.value)

    def test_through_the_whole_settlement(self, small: Site, day: Period) -> None:
        # both boards of n3 metered at 60 W: 120 of its 240; the meter still closes
        flat = np.full(day.count, 60 * SETTLEMENT_S, dtype=np.int64)
        claim = Claim(np.ones(day.count), np.full(day.count, 900.0))
        telemetry = Telemetry(day, {"n3": {"0": Board(flat, {"beta": claim}), "1": Board(flat)}})
        found = settle(small, constant_readings(day), constant_use(day), telemetry=telemetry)
        total = sum(shares.energy_j.sum(axis=0) for shares in found.shares.values())
        assert np.array_equal(total, found.closure.facility_j)
        # half a day is the half of it
        from energy.interval import Period as Some

        morning = Some(day.start, day.start_of(48))
        assert telemetry.part(morning).boards["n3"]["0"].energy_j.shape == (48,)
        assert telemetry.part(morning).boards["n3"]["0"].claims["beta"].parts.shape == (48,)


class TestUnseen:
    def test_short_pods_are_spread_by_reservation_and_counted(self) -> None:
        # n1 draws 300 W, 200 above rest; its own counter saw 4 cores, pods' series 3 (alpha): a quarter, 50 W, unseen.
        # alpha reserves 4 cores, beta 4: 25 W each.
        split = split_node(SITE.nodes["n1"], energy(300),
                           use(cpu_used_s={"alpha": 2700}, cpu_reserved={"alpha": 4, "beta": 4}),
                           own=NodeOwn(cpu_core_s=3600 * ONE))
        found = {account: split.dynamic_j[row, 0] / 900 for row, account in enumerate(split.accounts)}
        assert found == {"_free": 0, "alpha": 150 + 25, "beta": 25}
        assert split.unseen_j[0] / 900 == 50

    def test_without_that_counter_nothing_is_said(self) -> None:
        split = split_node(SITE.nodes["n1"], energy(300), use(cpu_used_s={"alpha": 2700}))
        assert not split.unseen_j.any()

    def test_a_counter_under_the_pods_sum_leaves_nothing_unseen(self) -> None:
        split = split_node(SITE.nodes["n1"], energy(300), use(cpu_used_s={"alpha": 2700}),
                           own=NodeOwn(cpu_core_s=2600 * ONE))
        assert not split.unseen_j.any()

    def test_where_nobody_reserved_it_is_the_machines_own(self) -> None:
        split = split_node(SITE.nodes["n1"], energy(300), use(), own=NodeOwn(cpu_core_s=900 * ONE))
        assert split.accounts == ("_free",)
        assert split.dynamic_j[0, 0] / 900 == 200
        assert split.unseen_j[0] / 900 == 200

    def test_the_bound_is_in_the_notes(self, small: Site, day: Period) -> None:
        # n1: pods 4 cores, the node 5: a fifth of 100 W
        telemetry = Telemetry(day, cpu_core_s={"n1": np.full(day.count, 4500.0)})
        found = settle(small, constant_readings(day), constant_use(day), telemetry=telemetry)
        assert found.notes is not None
        assert found.notes.unseen_j.sum() / SETTLEMENT_S / day.count == pytest.approx(20, abs=0.01)
