"""The plant's truth against the method in exact fractions: three tellings of one rule, none knows the others."""

from __future__ import annotations

import numpy as np
import pytest

from infra.inventory.site import Site
from lab.plant.cooling import machine_powers_w, tank_powers_w, zone_heat_w
from lab.plant.feeds import Walk
from lab.plant.machines import node_powers
from lab.plant.truth import Truth
from lab.plant.workload import Workload
from tests.energy.allocation import oracle
from tests.energy.small import small_site

# node, namespace, account, cores reserved, GPUs reserved, cores busy, GPUs busy
LOADS = [
    ("n1", "alpha-web", "alpha", 5, 0, 3, 0.0), ("n1", "beta-ia", "beta", 2, 0, 1, 0.0),
    ("n2", "kube-system", "_platform", 2, 0, 1, 0.0),
    ("n3", "alpha-web", "alpha", 5, 0, 2, 0.0), ("n3", "beta-ia", "beta", 0, 1, 0, 0.75),
]
MINUTES = 15


@pytest.fixture(scope="module")
def small() -> Site:
    return small_site()


def workloads() -> dict[str, list[Workload]]:
    found: dict[str, list[Workload]] = {}
    for node, namespace, account, cores, gpus, busy, busy_gpus in LOADS:
        found.setdefault(node, []).append(Workload(
            node, namespace, account, cores, gpus, np.full(MINUTES, float(busy)), np.full(MINUTES, busy_gpus)))
    return found


@pytest.fixture(scope="module")
def told(small: Site) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """What the plant's truth says [J], and what every meter would read [W]."""
    powers = node_powers(small, workloads(), MINUTES)
    node_w = {name: power.total_w for name, power in powers.items()}
    tank_w = tank_powers_w(small, node_w)
    heat_w = zone_heat_w(small, node_w, tank_w)
    machine_w = machine_powers_w(small, heat_w, np.full(MINUTES, 12.0)) | tank_w
    flows = Walk(small, node_w, machine_w).flows()
    meters = {name: float((machine_w[meter.at] if meter.at in machine_w else
                           (flows.in_w if meter.side == "in" else flows.out_w)[meter.at])[0])
              for name, meter in small.meters.items()}
    return Truth(small, powers, workloads()).energies_j(flows, machine_w, heat_w), meters


def test_each_account_as_the_oracle_says(small: Site, told: tuple) -> None:
    truth, meters = told
    used: dict[str, dict[str, tuple[float, float, float, float]]] = {}
    for node, _namespace, account, cores, gpus, busy, busy_gpus in LOADS:
        used.setdefault(node, {})[account] = (busy, busy_gpus, cores, gpus)
    expected = oracle.settled(small, meters, used)
    for account, parts in truth.items():
        assert sum(parts.values()) == pytest.approx(float(expected[account]), rel=1e-9), account
    assert float(expected["_residual"]) == pytest.approx(0, abs=1e-6)


def test_idle_by_hand(told: tuple) -> None:
    truth, _meters = told
    # alpha: 5 of 10 cores of n1 (100 W) and of n3's host (100 W): 100 W for 900 s; beta: 2 of 10 and 1 GPU of 10 W.
    assert truth["alpha"]["idle"] == pytest.approx(100 * 900)
    assert truth["beta"]["idle"] == pytest.approx(30 * 900)
    # n2 is the platform's whole; _free has 3 cores of n1, 5 of n3 and one GPU.
    assert truth["_platform"]["idle"] == pytest.approx(50 * 900)
    assert truth["_free"]["idle"] == pytest.approx((30 + 50 + 10) * 900)


def test_dynamic_by_hand(told: tuple) -> None:
    truth, _meters = told
    # The plant's nodes reach 80 % of their nameplate's span: a core of n1 draws 32 W, of n3 8 W, a GPU 40 W; no fans.
    assert truth["alpha"]["dynamic"] == pytest.approx((3 * 32 + 2 * 8) * 900)
    assert truth["beta"]["dynamic"] == pytest.approx((1 * 32 + 0.75 * 40) * 900)
    assert truth["_free"]["dynamic"] == 0


def test_the_building_by_hand(told: tuple) -> None:
    truth, _meters = told
    it = {account: parts["idle"] + parts["dynamic"] for account, parts in truth.items()}
    assert truth["alpha"]["base"] == pytest.approx(50 * 900 * it["alpha"] / sum(it.values()))


def test_fans_follow_the_cube_of_the_load(demo: Site) -> None:
    node = demo.nodes["worker-1"]

    def total_w(cores: float) -> float:
        work = Workload("worker-1", "x", "region", 64, 0, np.array([cores]), np.zeros(1))
        return float(node_powers(demo, {"worker-1": [work]}, 1)["worker-1"].total_w[0])

    rest, half, full = total_w(0), total_w(32), total_w(64)
    assert rest == node.power.idle_w
    fans_full = (full - rest) - 2 * (half - rest)  # linear parts cancel: 1 - 2 / 8 of the fans are left
    linear = 0.8 * (node.power.nameplate_w - node.power.idle_w)
    assert full - rest - linear == pytest.approx(node.power.fan_share * node.power.nameplate_w * 0.2)
    assert half - rest - linear / 2 == pytest.approx((full - rest - linear) / 8)
    assert fans_full == pytest.approx(0.75 * (full - rest - linear))
