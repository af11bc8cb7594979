"""The ratio model by hand, and its laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.energy.peers.kepler import active_power_w, kepler
from tests.energy.peers.seen import Seen, SeenNode, Unit


def unit(account: str, cores: float) -> Unit:
    row = np.array([float(cores)])
    return Unit(account, row, row, np.ones(1))


def node(host_w: float, *units: Unit, cores: int = 10) -> SeenNode:
    return SeenNode(cores, np.array([float(host_w)]), sum((one.cores for one in units), np.zeros(1)), units)


def test_one_node_by_hand() -> None:
    # 200 W, 4 of 10 cores busy for a minute: 80 W active, 120 W the node's. alpha 3 of the 4 cores: 60 W, beta 20 W.
    found = kepler(Seen({"n": node(200, unit("alpha", 3), unit("beta", 1))}, {}, 0.0))
    assert found.pods_j == pytest.approx({"alpha": 3600, "beta": 1200})
    assert found.node_idle_j == pytest.approx(7200)
    # with the idle part by the same ratio: 150 and 50 W
    assert found.with_idle_j == pytest.approx({"alpha": 9000, "beta": 3000})


def test_boards_are_their_pods_and_nobodys_are_lost() -> None:
    found = kepler(Seen({"n": node(100, unit("alpha", 1))}, {"alpha": 500.0, None: 70.0}, 0.0))
    assert found.pods_j["alpha"] == pytest.approx(100 * 0.1 * 60 + 500)


def test_at_rest_everything_is_idle_and_at_full_load_nothing() -> None:
    # the published complaint: idle falls to nothing as load grows, by construction
    assert active_power_w(node(100, unit("alpha", 0)))[0] == 0
    assert active_power_w(node(300, unit("alpha", 10)))[0] == 300


def test_a_node_without_work_gives_nobody_anything() -> None:
    assert kepler(Seen({"n": node(100)}, {}, 0.0)).with_idle_j == {}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.01, 2.0), min_size=1, max_size=5), st.floats(50, 500))
def test_pods_and_idle_are_the_nodes_never_the_facilitys(cores: list[float], host_w: float) -> None:
    # red when a pod's share is taken over all cores instead of the busy ones
    found = kepler(Seen({"n": node(host_w, *(unit(f"t{place}", amount) for place, amount in enumerate(cores)))}, {},
                        9e9))
    assert sum(found.pods_j.values()) + found.node_idle_j == pytest.approx(host_w * 60)
    assert sum(found.with_idle_j.values()) == pytest.approx(host_w * 60)
