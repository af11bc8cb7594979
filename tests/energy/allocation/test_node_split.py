"""One node's energy over accounts: sums, GPUs, nodes without any, and what an interval of nothing means."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.allocation.node_split import NodeSplit, split_node
from energy.interval import SETTLEMENT_S
from energy.readings.use import NodeUse
from infra.inventory.compute import Gpu, Node
from tests.energy.small import small_site

SITE = small_site()
ONE = np.ones(1)


def energy(watts: float) -> np.ndarray:
    return np.array([round(watts * SETTLEMENT_S)], dtype=np.int64)


def use(**parts: dict[str, float]) -> NodeUse:
    """Return one interval of use: seconds used, cores and GPUs reserved, by account."""
    return NodeUse(*({account: amount * ONE for account, amount in parts.get(name, {}).items()}
                     for name in ("cpu_used_s", "gpu_used_s", "cpu_reserved", "gpu_reserved")))


def watts_of(split: NodeSplit) -> dict[str, tuple[float, float]]:
    """Return (idle, dynamic) watts by account."""
    return {account: (float(split.idle_j[row, 0]) / SETTLEMENT_S, float(split.dynamic_j[row, 0]) / SETTLEMENT_S)
            for row, account in enumerate(split.accounts)}


def test_a_gpu_at_rest_is_its_reservers() -> None:
    # n3: 20 W of two GPUs at rest, 100 W of host; nobody uses anything, 120 W measured
    found = watts_of(split_node(SITE.nodes["n3"], energy(120), use(gpu_reserved={"beta": 2})))
    assert found == {"_free": (100.0, 0.0), "beta": (20.0, 0.0)}


def test_gpus_beyond_those_of_the_node() -> None:
    # 3 and 1 reserved of 2: 20 W go 3 : 1
    found = watts_of(split_node(SITE.nodes["n3"], energy(120), use(gpu_reserved={"alpha": 3, "beta": 1})))
    assert found["alpha"] == (15.0, 0.0)
    assert found["beta"] == (5.0, 0.0)


def test_a_reservation_of_gpus_on_a_node_without_any_changes_nothing() -> None:
    found = watts_of(split_node(SITE.nodes["n1"], energy(100), use(gpu_reserved={"alpha": 1})))
    assert found == {"_free": (100.0, 0.0), "alpha": (0.0, 0.0)}


def test_use_without_reservation_pays_for_what_it_uses() -> None:
    found = watts_of(split_node(SITE.nodes["n1"], energy(150), use(cpu_used_s={"alpha": 900})))
    assert found == {"_free": (100.0, 0.0), "alpha": (0.0, 50.0)}


def test_a_node_switched_off() -> None:
    found = watts_of(split_node(SITE.nodes["n1"], energy(0), use(cpu_reserved={"alpha": 5}, cpu_used_s={"alpha": 9})))
    assert found == {"_free": (0.0, 0.0), "alpha": (0.0, 0.0)}


def test_a_node_of_several_kinds_of_gpu() -> None:
    gpus = (Gpu(model="a", count=1, memory="16Gi", nameplate_w=100, idle_w=20),
            Gpu(model="b", count=3, memory="16Gi", nameplate_w=60, idle_w=10))
    node: Node = SITE.nodes["n3"].model_copy(update={"gpus": gpus})
    # 20 + 30 = 50 W at rest over 4 GPUs; host 120 - 50 = 70 W
    found = watts_of(split_node(node, energy(120), use(gpu_reserved={"beta": 1})))
    assert found["beta"] == (12.5, 0.0)
    assert found["_free"] == (70 + 37.5, 0.0)


def test_a_control_plane_has_no_free_capacity() -> None:
    split = split_node(SITE.nodes["n2"], energy(60), use())
    assert split.accounts == ("_platform",)
    assert watts_of(split) == {"_platform": (60.0, 0.0)}


def test_accounts_come_in_order_of_name() -> None:
    split = split_node(SITE.nodes["n1"], energy(1), use(cpu_reserved={"zeta": 1, "alpha": 1}, cpu_used_s={"mu": 1}))
    assert split.accounts == ("_free", "alpha", "mu", "zeta")


amounts = st.dictionaries(st.sampled_from(["_platform", "alpha", "beta", "gamma"]), st.floats(0, 50), max_size=4)


@given(st.sampled_from(["n1", "n2", "n3"]), st.integers(0, 10**7), amounts, amounts, amounts, amounts)
def test_the_parts_are_the_whole(node: str, energy_j: int, cpu: dict[str, float], gpu: dict[str, float],
                                 cores: dict[str, float], boards: dict[str, float]) -> None:
    split = split_node(SITE.nodes[node], np.array([energy_j], dtype=np.int64),
                       use(cpu_used_s=cpu, gpu_used_s=gpu, cpu_reserved=cores, gpu_reserved=boards))
    assert int((split.idle_j + split.dynamic_j).sum()) == energy_j
    assert (split.idle_j >= 0).all()
    assert (split.dynamic_j >= 0).all()


@given(st.floats(0.001, 10), st.floats(1.5, 4))
def test_who_uses_more_pays_more(cores: float, times: float) -> None:
    used = {"alpha": cores * 900, "beta": cores * times * 900}
    found = watts_of(split_node(SITE.nodes["n1"], energy(300), use(cpu_used_s=used)))
    assert found["beta"][1] == pytest.approx(times * found["alpha"][1], rel=0.01)
