"""The measurements shipped with the plant are read as they were published, and fans follow them."""

from __future__ import annotations

import numpy as np
import pytest

from infra.inventory.compute import NodePower
from infra.inventory.site import Site
from lab.plant.extras import ALL, NONE
from lab.plant.fans import fans_w, inlet_w
from lab.plant.machines import node_powers
from lab.plant.measured import DATA, fan_curve, tokens_per_minute
from lab.plant.workload import Workload

POWER = NodePower(idle_w=300, nameplate_w=911.4285714, fan_share=0.153605016)  # the server of the table itself


class TestTable:
    def test_it_ends_where_the_measurements_do(self) -> None:
        load, share = fan_curve()
        # 320 W of 911.43 W: 0.351 of the load, 8.93 % of fans against 15.36 % at the end: 0.581 of that share
        assert load[0] == pytest.approx(320 / 911.4285714)
        assert share[0] == pytest.approx(0.089285714 / 0.153605016, rel=1e-6)
        assert (load[-1], share[-1]) == (1.0, 1.0)
        assert (np.diff(load) > 0).all()
        assert (np.diff(share) > 0).all()

    def test_tokens_are_of_whole_minutes_around_their_mean(self) -> None:
        tokens = tokens_per_minute()
        assert len(tokens) == 57  # the shorter of both traces
        assert tokens.mean() == pytest.approx(1)
        assert 0.2 < tokens.min() < 0.9 < 1.1 < tokens.max() < 2

    def test_source_and_licence_are_told(self) -> None:
        told = (DATA / "README.md").read_text("utf-8")
        for file in DATA.glob("*.csv"):
            assert file.name in told
        assert told.count("CC-BY-4.0") == 2


class TestFans:
    @pytest.mark.parametrize(("server_w", "fan_w"), [(320, 28.57142857), (400, 51.42857143), (654.2857143, 91.42857143),
                                                     (911.4285714, 140)])
    def test_the_measured_server_is_measured_again(self, server_w: float, fan_w: float) -> None:
        assert float(fans_w(POWER, np.array([server_w]))[0]) == pytest.approx(fan_w, rel=1e-6)

    def test_between_two_points_the_share_is_on_a_line(self) -> None:
        # half way from 400 W (12.857 %) to 445.71 W (13.462 %): 13.159 % of 422.857 W
        assert float(fans_w(POWER, np.array([422.857142857]))[0]) == pytest.approx(
            422.857142857 * (0.128571429 + 0.134615385) / 2, rel=1e-6)

    def test_below_the_least_load_the_share_stays(self) -> None:
        assert float(fans_w(POWER, np.array([100.0]))[0]) == pytest.approx(8.9285714)

    def test_another_servers_share_scales_the_curve(self) -> None:
        half = POWER.model_copy(update={"fan_share": POWER.fan_share / 2})
        assert float(fans_w(half, np.array([654.2857143]))[0]) == pytest.approx(91.42857143 / 2, rel=1e-6)

    @pytest.mark.parametrize("compute_w", [0.0, 50.0, 200.0, 450.0])
    def test_the_inlet_is_rest_compute_and_fans(self, compute_w: float) -> None:
        inlet = inlet_w(POWER, np.array([compute_w]))
        rest_w = 300 - float(fans_w(POWER, np.array([300.0]))[0])
        assert float((inlet - fans_w(POWER, inlet))[0]) == pytest.approx(rest_w + compute_w, rel=1e-4)
        assert compute_w > 0 or float(inlet[0]) == pytest.approx(300)

    def test_each_load_bears_the_fans_it_adds(self, demo: Site) -> None:
        busy = (np.array([10.0]), np.array([30.0]))
        works = [Workload("worker-1", f"n{place}", "region", 32, 0, cores, np.zeros(1)) for place, cores in
                 enumerate(busy)]
        found = node_powers(demo, {"worker-1": works}, 1, ALL)["worker-1"]
        assert found.fans_w is not None
        assert float(sum(found.dynamic_w)[0]) == pytest.approx(
            float(found.total_w[0]) - demo.nodes["worker-1"].power.idle_w)
        assert float(found.dynamic_w[1][0]) == pytest.approx(3 * float(found.dynamic_w[0][0]))

    def test_in_oil_and_without_extras_nothing_is_measured(self, demo: Site) -> None:
        assert node_powers(demo, {}, 1, ALL)["worker-2"].fans_w is None
        assert node_powers(demo, {}, 1, NONE)["worker-1"].fans_w is None
