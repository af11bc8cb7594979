"""The plant of the site of truth: boards, loops, short pods and fans, each against its own sum."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from infra.inventory.load import load_site
from infra.inventory.site import Site
from lab.plant.cooling import COLD_PLATES, machine_powers_w, taken_w
from lab.plant.extras import ALL, NONE, extras_of
from lab.plant.feeds import Walk
from lab.plant.loops import SPREAD_K
from lab.plant.machines import TYPICAL, node_powers
from lab.plant.model import PlantMonth, run
from lab.plant.tenancies import as_workloads, board_powers_w
from lab.plant.truth import Truth
from lab.plant.workload import Workload
from tests.energy.small import small_site

FILE = Path(__file__).resolve().parents[2] / "energy" / "oracle_site.yaml"


@pytest.fixture(scope="module")
def oracle() -> Site:
    return load_site(FILE)


@pytest.fixture(scope="module")
def month(oracle: Site) -> PlantMonth:
    return run(oracle, "2012-02")


def mean_w(month: PlantMonth, meter: str) -> float:
    register = month.registers[meter]
    return float(register[-1] - register[0]) * 3600 / (60 * month.clock.count)


class TestExtras:
    def test_a_site_that_shares_boards_or_cools_by_plates_has_them_all(self, oracle: Site, demo: Site) -> None:
        assert extras_of(oracle) == ALL
        assert extras_of(demo) == extras_of(small_site()) == NONE

    def test_a_plain_site_tells_nothing_of_itself(self) -> None:
        words = run(small_site(), "2012-02").own_words
        assert (words.board_w, words.tenancies, words.busy_cores, words.loops) == ({}, (), {}, {})


class TestTruth:
    def test_it_adds_up_to_what_passes_the_facility_meter(self, month: PlantMonth) -> None:
        total = sum(sum(parts.values()) for parts in month.truth["accounts"].values())
        assert total == pytest.approx(month.truth["facility"], rel=1e-9)

    def test_every_tenant_causes_something_and_free_capacity_nothing(self, month: PlantMonth, oracle: Site) -> None:
        for tenant in oracle.tenants:
            assert month.truth["accounts"][tenant]["dynamic"] > 0
        assert month.truth["accounts"]["_free"]["dynamic"] == 0

    def test_rest_is_what_nodes_declare(self, month: PlantMonth, oracle: Site) -> None:
        # red when a slice's rest is counted twice: by the board and by its holder
        idle = sum(parts["idle"] for parts in month.truth["accounts"].values())
        assert idle == pytest.approx(sum(node.power.idle_w for node in oracle.nodes.values()) * 60 * month.clock.count)

    def test_another_run_gives_the_same(self, oracle: Site, month: PlantMonth) -> None:
        assert run(oracle, "2012-02").truth == month.truth


class TestBoards:
    def test_every_board_of_the_site_counts(self, month: PlantMonth, oracle: Site) -> None:
        expected = {(name, index) for name, node in oracle.nodes.items() for index in node.boards()}
        assert set(month.own_words.board_w) == expected

    def test_a_board_stays_between_rest_and_nameplate(self, month: PlantMonth, oracle: Site) -> None:
        for (node, index), power_w in month.own_words.board_w.items():
            kind = oracle.nodes[node].boards()[index]
            assert power_w.min() >= kind.idle_w
            assert power_w.max() <= kind.idle_w + TYPICAL * (kind.nameplate_w - kind.idle_w) + 1e-6

    def test_boards_draw_less_than_their_node(self, month: PlantMonth, oracle: Site) -> None:
        for node in ("slice", "mig", "whole"):
            inlets_w = sum(mean_w(month, f"o-{feed}-{node}") for feed in "ab")
            boards_w = sum(power_w.mean() for (at, _index), power_w in month.own_words.board_w.items() if at == node)
            assert 0 < boards_w < inlets_w - 100

    def test_nobody_holds_more_than_a_board(self, month: PlantMonth) -> None:
        held: dict[tuple[str, str], float] = {}
        for one in month.own_words.tenancies:
            held[one.node, one.board] = held.get((one.node, one.board), 0.0) + one.share
        assert max(held.values()) == pytest.approx(1)
        # MIG in seven: six held, one free; in time, four replicas: all held
        assert held["mig", "0"] == pytest.approx(6 / 7)
        assert held["slice", "0"] == pytest.approx(1)

    def test_a_slice_by_hand(self, month: PlantMonth, oracle: Site) -> None:
        # board mig/0: 60 W at rest; each active seventh adds 0.8 x 340 W / 7
        here = [one for one in month.own_words.tenancies if (one.node, one.board) == ("mig", "0")]
        active = sum(one.active for one in here)
        assert np.allclose(month.own_words.board_w["mig", "0"], 60 + 0.8 * 340 / 7 * active)
        assert board_powers_w(oracle, [], 3, TYPICAL)["mig", "0"].tolist() == [60, 60, 60]

    def test_pieces_are_workloads_without_cores(self, month: PlantMonth) -> None:
        shared = [one for one in month.own_words.tenancies if one.share < 1]
        works = as_workloads(shared)
        assert sum(work.reserved_gpus for work in works) == pytest.approx(sum(one.share for one in shared))
        assert all(work.reserved_cores == 0 and not work.busy_cores.any() for work in works)

    def test_instances_have_one_holder_each(self, month: PlantMonth) -> None:
        keys = [(one.node, one.board, one.instance) for one in month.own_words.tenancies if one.instance]
        assert len(keys) == len(set(keys)) == 4 * 6


class TestNodes:
    def test_a_node_counts_every_core_second_and_scrapes_show_fewer(self, month: PlantMonth) -> None:
        for name, cores in month.own_words.busy_cores.items():
            here = [work for work in month.workloads if work.node == name]
            assert np.allclose(cores, sum(work.busy_cores for work in here))
            shown = sum(work.shown_cores.sum() for work in here)
            short = any(work.pods for work in here)
            assert shown < cores.sum() if short else shown == pytest.approx(cores.sum())

    def test_fans_are_of_servers_that_have_some(self, month: PlantMonth) -> None:
        assert set(month.own_words.fans_w) == {"cp", "air", "slice", "dlc", "whole"}

    def test_models_are_busy_as_real_requests_had_it(self, month: PlantMonth) -> None:
        served = next(work for work in month.workloads if work.namespace == "models")
        night = served.busy_gpus[:57] / served.reserved_gpus
        # a night level of 8 % times tokens over their mean: the same 57 minutes come again
        assert night.mean() == pytest.approx(0.08, rel=0.05)
        assert np.allclose(served.busy_gpus[:57], served.busy_gpus[57:114], rtol=0.05)


class TestCooling:
    def test_cold_plates_leave_a_fifth_to_the_air(self, oracle: Site) -> None:
        heat_w = {zone: np.array([1000.0]) for zone in oracle.cooling.zones}
        plant = oracle.cooling.equipment()
        taken = {name: float(taken_w(oracle, machine, machine.zones[0], heat_w)[0]) for name, machine in plant.items()}
        assert taken["cdu-plates"] == 1000 * COLD_PLATES == 800
        assert taken["crah-plates"] == pytest.approx(200)
        assert taken["crah"] == taken["chiller"] == taken["cdu-oil"] == 1000

    def test_a_shared_cooler_takes_oil_whole_and_plates_in_part(self, oracle: Site) -> None:
        # 5 kW of oil and 5 kW x 0.8 of plates on a cooler of 20 kW: load 0.45; at 20 °C outside the lower setpoint of
        # 36 °C leaves 16 K for an approach of 8: flow = 0.45 x (0.5 + 0.5) = the least, 0.45; 600 W x 0.45³
        heat_w = {"hall-air": np.zeros(1), "hall-oil": np.array([5000.0]), "hall-plates": np.array([5000.0])}
        cooler_w = machine_powers_w(oracle, heat_w, np.array([20.0]))["cooler"]
        assert float(cooler_w[0]) == pytest.approx(600 * 0.45**3)
        more = {**heat_w, "hall-oil": np.array([16_000.0])}  # load 1.0, flow 1.0
        assert float(machine_powers_w(oracle, more, np.array([20.0]))["cooler"][0]) == pytest.approx(600)

    def test_loops_tell_the_heat_of_their_liquid(self, month: PlantMonth) -> None:
        loops = month.own_words.loops
        assert set(loops) == {"hall-oil", "hall-plates"}  # air has no flow meter
        plates = loops["hall-plates"]
        nodes_w = sum(mean_w(month, f"o-{feed}-{node}") for feed in "ab" for node in ("dlc", "whole"))
        # water of 992.2 kg/m3 and 4179 J/(kg K), 6 K: 24 879 J per litre
        told_w = float((plates.flow_l_per_s * (plates.return_c - plates.supply_c)).mean()) * 0.9922 * 4179
        assert told_w == pytest.approx(0.8 * nodes_w, rel=1e-3)
        assert plates.return_c[0] - plates.supply_c[0] == SPREAD_K

    def test_the_truth_of_a_shared_cooler_is_the_heat_it_takes(self, oracle: Site) -> None:
        # region holds the node in oil, agglo the one on plates, whole; 900 W of cooler, 10 kW of heat in both zones.
        # The cooler takes 10 and 8: 500 W for oil, 400 for plates; by IT power 185 : 600 and 195 : 610 inside.
        # Red when the truth goes by the zones' whole heat (450 each).
        works = {node: [Workload(node, "n", account, 64, 0, np.zeros(1), np.zeros(1))]
                 for node, account in (("oil", "region"), ("dlc", "agglo"))}
        powers = node_powers(oracle, works, 1)
        machine_w = {name: np.array([900.0 if name == "cooler" else 0.0]) for name in
                     [*oracle.cooling.equipment(), *oracle.enclosures.tanks]}
        heat_w = {"hall-air": np.ones(1), "hall-oil": np.array([1e4]), "hall-plates": np.array([1e4])}
        flows = Walk(oracle, {name: power.total_w for name, power in powers.items()}, machine_w).flows()
        found = Truth(oracle, powers, works).energies_j(flows, machine_w, heat_w)
        assert found["region"]["cooling"] == pytest.approx(60 * 500 * 185 / 785)
        assert found["agglo"]["cooling"] == pytest.approx(60 * 400 * 195 / 805)
