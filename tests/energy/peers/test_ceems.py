"""The recording rules by hand, and what is wrong with them by construction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.energy.peers.ceems import ceems, without_irate
from tests.energy.peers.seen import Seen, SeenNode, Unit


def unit(account: str, cores: float, shown: float | None = None, count: float = 1.0) -> Unit:
    irate = cores if shown is None else shown
    return Unit(account, np.array([float(cores)]), np.array([float(irate)]), np.array([count]))


def site(*units: Unit, host_w: float = 200.0) -> Seen:
    busy = sum((one.cores for one in units), np.zeros(1))
    return Seen({"n": SeenNode(10, np.array([float(host_w)]), busy, units)}, {}, 0.0)


def test_one_node_by_hand() -> None:
    # 200 W: 180 by cores 3 : 1 is 135 and 45, 20 by heads is 10 and 10; a minute
    assert ceems(site(unit("alpha", 3), unit("beta", 1))) == pytest.approx({"alpha": 145 * 60, "beta": 55 * 60})


def test_idle_is_by_cpu_time_whoever_reserved() -> None:
    # beta reserved nine cores and slept: the node's rest is alpha's, but for a tenth by heads
    found = ceems(site(unit("alpha", 1), unit("beta", 0)))
    assert found["alpha"] == pytest.approx((180 + 10) * 60)
    assert found["beta"] == pytest.approx(10 * 60)


def test_a_pue_multiplies_all_of_it() -> None:
    plain = ceems(site(unit("alpha", 3), unit("beta", 1)))
    assert ceems(site(unit("alpha", 3), unit("beta", 1)), pue=1.5) == pytest.approx(
        {account: 1.5 * joules for account, joules in plain.items()})


def test_a_rate_that_outlives_its_pod_makes_more_than_the_node() -> None:
    # beta's pods ended a minute ago: irate still shows their core, the node's counter does not
    hurt = site(unit("alpha", 3), unit("beta", 0, shown=1.0))
    found = ceems(hurt)
    assert found["alpha"] == pytest.approx((180 + 10) * 60)
    assert found["beta"] == pytest.approx((60 + 10) * 60)
    assert sum(found.values()) > 200 * 60
    assert ceems(without_irate(hurt))["beta"] == pytest.approx(10 * 60)


def test_many_small_pods_pay_more_heads() -> None:
    # the same cores in one pod or in nine: 20 W by heads are 10 or 18
    one, nine = (ceems(site(unit("alpha", 2), unit("beta", 2, count=count)))["beta"] for count in (1.0, 9.0))
    assert (nine - one) / 60 == pytest.approx(8)


def test_boards_come_on_top() -> None:
    assert ceems(replace(site(unit("alpha", 1)), boards_j={"alpha": 50.0, None: 9.0}))["alpha"] == pytest.approx(12_050)


def test_without_anybody_nothing_is_split() -> None:
    assert ceems(site()) == {}
