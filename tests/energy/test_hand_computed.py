"""The small site worked by hand: every expected figure is derived in the comment above it. Powers are means in watts.

What the meters say (tests/energy/small.py):

    facility 700 ─ transformer (loss 5 % of its output, not metered at its output)
        ├─ UPS A in 198, out 180 ─ PDU A ─ outlets a-n1 120, a-n2 60
        ├─ UPS B in 336, out 320 ─ PDU B ─ outlets b-n1 80, b-n3 240
        └─ panel 126 ─ CRAH 52 (air), tank pumps 12 + CDU 12 (oil), the rest is the building

    n1 (air): 200 W on A and B, idle 100, 10 cores   alpha reserves 5, uses 3; beta reserves 2.5, uses 1
    n2 (air): 60 W on A, idle 50, control plane      _platform reserves 2 of 10, uses 1
    n3 (oil): 240 W on B, idle 120 of which GPUs 20  alpha reserves 5 cores, uses 2; beta reserves 1 GPU of 2, busy 0.8
"""

from __future__ import annotations

import numpy as np
import pytest

from energy.allocation.node_split import core_dynamic_w, gpu_dynamic_w
from energy.allocation.result import Allocation, Component
from energy.allocation.settle import settle
from energy.carbon.book import carbon_j_g_per_kwh, grams
from energy.graph.closure import close
from energy.interval import SETTLEMENT_S, Period
from energy.quality import Quality
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use, flat_factors, mean_w, total_w

# Whole joules over 96 intervals: a share may be off by one joule per interval and stage, under 0.01 W here.
NEAR = 0.01


def near(expected: float) -> object:
    return pytest.approx(expected, abs=NEAR)


def test_declared_powers_of_a_core_and_a_gpu(small: Site) -> None:
    # n1: no GPU: (500 - 0 - 100) / 10 = 40 W per busy core.
    assert core_dynamic_w(small.nodes["n1"]) == pytest.approx(40.0)
    # n3: GPUs 2 x 60 = 120; host idle 120 - 2 x 10 = 100; (320 - 120 - 100) / 10 = 10 W per busy core.
    assert core_dynamic_w(small.nodes["n3"]) == pytest.approx(10.0)
    # n3: 60 - 10 = 50 W per busy GPU; n1 has none.
    assert gpu_dynamic_w(small.nodes["n3"]) == pytest.approx(50.0)
    assert gpu_dynamic_w(small.nodes["n1"]) == 0.0


class TestClosure:
    def test_losses_by_stage(self, small: Site, day: Period) -> None:
        closure = close(small, constant_readings(day))
        watts = {name: stage.loss_j[0] / SETTLEMENT_S for name, stage in closure.stages.items()}
        assert watts["ups-a"] == 198 - 180  # both sides metered: their difference, not the curve of 30 %
        assert watts["ups-b"] == 336 - 320
        # The transformer: its children draw 198 + 336 + 126 = 660; 5 % of it is 33.
        assert watts["tr"] == pytest.approx(33.0)
        assert watts["pdu-a"] == watts["pdu-b"] == watts["panel-p"] == 0

    def test_flags_of_losses(self, small: Site, day: Period) -> None:
        closure = close(small, constant_readings(day))
        assert closure.stages["ups-a"].loss_quality is Quality.DERIVED
        assert closure.stages["tr"].loss_quality is Quality.DECLARED

    def test_base_load_is_what_the_panel_feeds_beside_machines(self, small: Site, day: Period) -> None:
        closure = close(small, constant_readings(day))
        assert closure.base_load_j[0] / SETTLEMENT_S == 126 - 52 - 12 - 12  # = 50
        assert closure.base_load_quality is Quality.DERIVED

    def test_residual_is_what_no_meter_explains(self, small: Site, day: Period) -> None:
        # 700 at the facility; 660 + 33 under the transformer.
        assert close(small, constant_readings(day)).residual_j[0] / SETTLEMENT_S == pytest.approx(7.0)

    def test_a_facility_meter_that_reads_low_gives_a_negative_residual(self, small: Site, day: Period) -> None:
        closure = close(small, constant_readings(day, facility=690))
        assert closure.residual_j[0] / SETTLEMENT_S == pytest.approx(-3.0)

    def test_it_energy_is_at_the_outlets_of_nodes(self, small: Site, day: Period) -> None:
        assert close(small, constant_readings(day)).it_energy_j[0] / SETTLEMENT_S == 120 + 80 + 60 + 240

    def test_outlets_under_a_pdu_that_disagree_with_the_ups(self, small: Site, day: Period) -> None:
        # UPS A's output says 185, its PDU's outlets add up to 180: the loss is 198 - 185, the 5 W are residual.
        closure = close(small, constant_readings(day, ups_a_out=185))
        assert closure.stages["ups-a"].loss_j[0] / SETTLEMENT_S == 13
        assert closure.stages["ups-a"].residual_j[0] / SETTLEMENT_S == 5
        assert closure.residual_j[0] / SETTLEMENT_S == pytest.approx(7.0 + 5)

    def test_a_ups_that_gives_more_than_it_takes_has_no_negative_loss(self, small: Site, day: Period) -> None:
        closure = close(small, constant_readings(day, ups_a_in=178))
        assert closure.stages["ups-a"].loss_j[0] == 0
        assert closure.stages["ups-a"].residual_j[0] / SETTLEMENT_S == -2


class TestItEnergy:
    def test_idle_of_a_cpu_node_goes_by_reservation(self, settled: Allocation) -> None:
        # n1 idle 100 W over 10 cores: alpha 5 -> 50, beta 2.5 -> 25, the 2.5 left are _free's -> 25.
        # n3 host idle 100 W: alpha 5 -> 50, _free 50; GPUs idle 20 W: beta 1 of 2 -> 10, _free 10.
        assert mean_w(settled, "alpha", Component.IDLE, "air") == near(50)
        assert mean_w(settled, "beta", Component.IDLE, "air") == near(25)
        assert mean_w(settled, "_free", Component.IDLE, "air") == near(25)
        assert mean_w(settled, "alpha", Component.IDLE, "oil") == near(50)
        assert mean_w(settled, "beta", Component.IDLE, "oil") == near(10)
        assert mean_w(settled, "_free", Component.IDLE, "oil") == near(50 + 10)

    def test_a_control_plane_at_rest_is_the_platforms(self, settled: Allocation) -> None:
        # n2 idle 50 W: 2 of 10 cores are reserved by the platform, and the other 8 are its too.
        assert mean_w(settled, "_platform", Component.IDLE) == near(50)

    def test_dynamic_goes_by_use(self, settled: Allocation) -> None:
        # n1 dynamic 200 - 100 = 100 W; 3 and 1 busy cores of 40 W -> 75 and 25.
        assert mean_w(settled, "alpha", Component.DYNAMIC, "air") == near(75)
        assert mean_w(settled, "beta", Component.DYNAMIC, "air") == near(25)
        # n3 dynamic 240 - 120 = 120 W; 2 cores x 10 W = 20 against 0.8 GPU x 50 W = 40 -> 40 and 80.
        assert mean_w(settled, "alpha", Component.DYNAMIC, "oil") == near(40)
        assert mean_w(settled, "beta", Component.DYNAMIC, "oil") == near(80)
        # n2 dynamic 60 - 50 = 10 W, all the platform's; capacity at rest uses nothing.
        assert mean_w(settled, "_platform", Component.DYNAMIC) == near(10)
        assert mean_w(settled, "_free", Component.DYNAMIC) == 0

    def test_a_node_off_draws_less_than_its_idle_power(self, small: Site, day: Period) -> None:
        # n2 measured 20 W, under its 50 W at rest: all of it is idle, nothing is invented.
        readings = constant_readings(day, o_a_n2=20, ups_a_out=140, ups_a_in=154)
        allocation = settle(small, readings, constant_use(day))
        assert mean_w(allocation, "_platform", Component.IDLE) == near(20)
        assert mean_w(allocation, "_platform", Component.DYNAMIC) == 0

    def test_dynamic_energy_that_nobody_used_is_idle_energy(self, small: Site, day: Period) -> None:
        # n1 draws 200 W while nobody uses it: the 100 W above rest go by reservation too.
        used = {"n1": {"alpha": (0, 0, 5, 0), "beta": (0, 0, 2.5, 0)}}
        allocation = settle(small, constant_readings(day), constant_use(day, used))
        assert mean_w(allocation, "alpha", Component.IDLE, "air") == near(100)
        assert mean_w(allocation, "beta", Component.IDLE, "air") == near(50)
        assert mean_w(allocation, "alpha", Component.DYNAMIC) == 0

    def test_a_node_nobody_ever_touched_is_free(self, small: Site, day: Period) -> None:
        allocation = settle(small, constant_readings(day), constant_use(day, {}))
        # n1 200 + n3 240 on workers; n2's 60 is the control plane's.
        assert mean_w(allocation, "_free", Component.IDLE) == near(440)
        assert mean_w(allocation, "_platform", Component.IDLE) == near(60)

    def test_more_reserved_than_there_is(self, small: Site, day: Period) -> None:
        # 12 and 4 cores reserved of 10: nothing is free; idle 100 W goes 12 : 4 -> 75 and 25.
        used = {"n1": {"alpha": (1, 0, 12, 0), "beta": (1, 0, 4, 0)}}
        allocation = settle(small, constant_readings(day), constant_use(day, used))
        assert mean_w(allocation, "alpha", Component.IDLE, "air") == near(75)
        assert mean_w(allocation, "beta", Component.IDLE, "air") == near(25)
        assert mean_w(allocation, "_free", Component.IDLE, "air") == 0


class TestOverhead:
    def test_cooling_of_air_goes_by_it_energy_in_air(self, settled: Allocation) -> None:
        # CRAH 52 W over 260 W in air = 0.2: alpha 125 -> 25, beta 50 -> 10, _free 25 -> 5, _platform 60 -> 12.
        assert mean_w(settled, "alpha", Component.COOLING, "air") == near(25)
        assert mean_w(settled, "beta", Component.COOLING, "air") == near(10)
        assert mean_w(settled, "_free", Component.COOLING, "air") == near(5)
        assert mean_w(settled, "_platform", Component.COOLING, "air") == near(12)

    def test_cooling_of_oil_carries_no_fan_of_the_air_hall(self, settled: Allocation) -> None:
        # Tank pumps 12 + CDU 12 = 24 W over 240 W in oil = 0.1: alpha 90 -> 9, beta 90 -> 9, _free 60 -> 6.
        assert mean_w(settled, "alpha", Component.COOLING, "oil") == near(9)
        assert mean_w(settled, "beta", Component.COOLING, "oil") == near(9)
        assert mean_w(settled, "_free", Component.COOLING, "oil") == near(6)
        assert mean_w(settled, "_platform", Component.COOLING, "oil") == 0

    def test_base_load_goes_by_it_energy(self, settled: Allocation) -> None:
        # 50 W over 500 W = 0.1: alpha 215 -> 21.5, beta 140 -> 14, _free 85 -> 8.5, _platform 60 -> 6.
        assert mean_w(settled, "alpha", Component.BASE) == near(21.5)
        assert mean_w(settled, "beta", Component.BASE) == near(14)
        assert mean_w(settled, "_free", Component.BASE) == near(8.5)
        assert mean_w(settled, "_platform", Component.BASE) == near(6)

    def test_losses_follow_the_feeds(self, settled: Allocation) -> None:
        # UPS A 18 W over 180 W = 0.1. n1 is 120 of 200 on A: alpha 125 x 0.6 = 75 -> 7.5, beta 30 -> 3,
        #   _free 15 -> 1.5, _platform 60 -> 6.
        # UPS B 16 W over 320 W = 0.05. alpha 125 x 0.4 + 90 = 140 -> 7, beta 20 + 90 = 110 -> 5.5, _free 70 -> 3.5.
        # Transformer 33 W over 660 W = 0.05 of all that passes, losses and cooling included:
        #   alpha    215 + 14.5 + 34 + 21.5 = 285   -> 14.25
        #   beta     140 +  8.5 + 19 + 14   = 181.5 ->  9.075
        #   _free     85 +  5   + 11 +  8.5 = 109.5 ->  5.475
        #   _platform 60 +  6   + 12 +  6   =  84   ->  4.2
        assert mean_w(settled, "alpha", Component.LOSS) == near(7.5 + 7 + 14.25)
        assert mean_w(settled, "beta", Component.LOSS) == near(3 + 5.5 + 9.075)
        assert mean_w(settled, "_free", Component.LOSS) == near(1.5 + 3.5 + 5.475)
        assert mean_w(settled, "_platform", Component.LOSS) == near(6 + 4.2)

    def test_a_tenant_on_feed_b_alone_bears_nothing_of_feed_a(self, small: Site, day: Period) -> None:
        # beta only on n3 (feed B); UPS A loses 60 W more: beta's losses change by the transformer's part of nothing.
        used = {"n1": {"alpha": (3, 0, 5, 0)}, "n3": {"beta": (1, 0, 5, 1)}}
        before = settle(small, constant_readings(day), constant_use(day, used))
        after = settle(small, constant_readings(day, ups_a_in=258, facility=763), constant_use(day, used))
        assert mean_w(after, "beta", Component.LOSS) == near(mean_w(before, "beta", Component.LOSS))
        assert mean_w(after, "alpha", Component.LOSS) > mean_w(before, "alpha", Component.LOSS) + 30


class TestTotals:
    def test_lines_add_up_to_the_meter(self, settled: Allocation) -> None:
        # alpha 215 + 28.75 + 34 + 21.5 = 299.25; beta 140 + 17.575 + 19 + 14 = 190.575;
        # _free 85 + 10.475 + 11 + 8.5 = 114.975; _platform 60 + 10.2 + 12 + 6 = 88.2; _residual 7: 700 in all.
        assert total_w(settled, "alpha") == near(299.25)
        assert total_w(settled, "beta") == near(190.575)
        assert total_w(settled, "_free") == near(114.975)
        assert total_w(settled, "_platform") == near(88.2)
        assert total_w(settled, "_residual") == near(7)
        total_j = sum(shares.energy_j.sum() for shares in settled.shares.values())
        assert total_j == 700 * SETTLEMENT_S * 96

    def test_carbon_by_hand(self, settled: Allocation, day: Period) -> None:
        # alpha 299.25 W x 12 h = 3.591 kWh in each half: 3.591 x 50 + 3.591 x 100 = 538.65 g.
        rows = [row for row, holder in enumerate(settled.shares[Component.IDLE].holders) if holder.account == "alpha"]
        energy_j = sum(shares.energy_j[rows].sum(axis=0) for shares in settled.shares.values())
        assert grams(carbon_j_g_per_kwh(energy_j, flat_factors(day))) == pytest.approx(538.65, abs=0.05)

    def test_carbon_of_lines_is_the_carbon_of_the_meter(self, settled: Allocation, day: Period) -> None:
        factors = flat_factors(day)
        by_line = sum(carbon_j_g_per_kwh(row, factors)
                      for shares in settled.shares.values() for row in shares.energy_j)
        assert by_line == carbon_j_g_per_kwh(settled.closure.facility_j, factors)
        # 700 W x 12 h = 8.4 kWh in each half: 8.4 x 50 + 8.4 x 100 = 1,260 g.
        assert grams(by_line) == pytest.approx(1260.0)


def test_cooling_of_a_zone_without_it_energy_is_not_closed(small: Site, day: Period) -> None:
    # n3 off: nobody in oil bears the 24 W of its pumps; the joules are not lost, they are the residual's.
    readings = constant_readings(day, o_b_n3=0, ups_b_out=80, ups_b_in=84)
    allocation = settle(small, readings, constant_use(day))
    oil = [row for row, holder in enumerate(allocation.shares[Component.COOLING].holders) if holder.zone == "oil"]
    assert not allocation.shares[Component.COOLING].energy_j[oil].any()
    # Transformer: 198 + 84 + 126 = 408 -> 20.4; facility 700 - 428.4 = 271.6 not explained, and 24 that nobody bears.
    # Of the loss of 20.4, the pumps' part travels with nobody: the rest of the holders carry it all.
    assert mean_w(allocation, "_residual", Component.CLOSURE) == near(271.6 + 24)
    assert np.array_equal(sum(shares.energy_j.sum(axis=0) for shares in allocation.shares.values()),
                          allocation.closure.facility_j)
