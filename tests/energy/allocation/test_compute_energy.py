"""ITUE and TUE, fans of servers, and air against oil: the worked trap, both ways."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.allocation.compute_energy import ComputeEnergy, compute_energy
from energy.allocation.fans import fan_energy_j
from energy.allocation.iso_compute import Basis, compare, zone_bases
from energy.allocation.result import Allocation
from energy.allocation.settle import settle
from energy.interval import SETTLEMENT_S, Period
from energy.readings.telemetry import Telemetry
from energy.units import J_PER_KWH
from infra.inventory.compute import Node
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use, small_site

SITE = small_site()
WORK_CORE_S = 1e6


def with_fans(node: Node, share: float, nameplate_w: float = 911) -> Node:
    return node.model_copy(update={"power": node.power.model_copy(
        update={"fan_share": share, "nameplate_w": nameplate_w})})


def basis(name: str, it: float, fans: float, overhead: float, work: float = WORK_CORE_S) -> Basis:
    """Return a basis from kWh."""
    it_j, fan_j, overhead_j = (round(energy * J_PER_KWH) for energy in (it, fans, overhead))
    return Basis(name, ComputeEnergy(it_j + overhead_j, it_j, fan_j), work)


class TestFans:
    def test_the_curve_goes_through_what_was_measured(self) -> None:
        # 15.4 % at 911 W (the nameplate here) and 8.9 % at 320 W
        node = with_fans(SITE.nodes["n1"], 0.154)
        for power_w, share in ((911, 0.154), (320, 0.089)):
            energy_j = np.array([power_w * SETTLEMENT_S])
            assert fan_energy_j(node, energy_j)[0] / energy_j[0] == pytest.approx(share, abs=0.0005)

    def test_in_oil_there_are_none(self) -> None:
        assert fan_energy_j(with_fans(SITE.nodes["n3"], 0.0), np.array([900_000])).tolist() == [0]

    def test_over_the_nameplate_the_share_stays(self) -> None:
        node = with_fans(SITE.nodes["n1"], 0.1, nameplate_w=100)
        assert fan_energy_j(node, np.array([200 * SETTLEMENT_S])).tolist() == [20 * SETTLEMENT_S]

    def test_a_counter_of_fans_comes_first_and_never_exceeds_the_node(self) -> None:
        node = with_fans(SITE.nodes["n1"], 0.5)
        assert fan_energy_j(node, np.array([100, 100]), np.array([30, 400])).tolist() == [30, 100]

    @given(st.floats(0, 1), st.integers(0, 10**6))
    def test_fans_are_a_part_of_the_node(self, share: float, energy_j: int) -> None:
        found = fan_energy_j(with_fans(SITE.nodes["n1"], share), np.array([energy_j]))
        assert 0 <= found[0] <= energy_j


class TestTrap:
    AIR = basis("air", it=100, fans=12, overhead=30)
    OIL = basis("oil", it=88, fans=0, overhead=2.6)

    def test_ratios_by_hand(self) -> None:
        # air: PUE 130/100, ITUE 100/88, TUE 130/88 = 1.477; oil: PUE 90.6/88 = TUE = 1.0295, ITUE 1
        air, oil = self.AIR.energy, self.OIL.energy
        assert (air.pue, air.itue, air.tue) == pytest.approx((1.30, 100 / 88, 1.47727), abs=1e-5)
        assert (oil.pue, oil.itue, oil.tue) == pytest.approx((1.02955, 1.0, 1.02955), abs=1e-5)
        assert air.tue == pytest.approx(air.itue * air.pue)

    def test_pue_hides_a_third_of_the_gain(self) -> None:
        # the same work: 130 -> 90.6 kWh is 30.3 % less, and PUE says 20.8 %
        found = compare(self.AIR, self.OIL)
        assert found is not None
        assert found.energy_per_work_change == pytest.approx(-0.303, abs=0.0005)
        assert found.pue_change == pytest.approx(-0.208, abs=0.0005)
        assert found.tue_change == pytest.approx(-0.303, abs=0.0005)
        assert found.warning is None

    def test_a_pue_that_falls_for_nothing_is_warned_of(self) -> None:
        # 10 kWh of the hall's fans move into the servers: IT 110 (22 of fans), overhead 20. PUE 1.30 -> 1.18; nothing
        # is saved, and TUE says so: 130/88 both.
        found = compare(self.AIR, basis("air, server fans", it=110, fans=22, overhead=20))
        assert found is not None
        assert found.pue_change == pytest.approx(-0.0909, abs=0.0001)
        assert found.tue_change == pytest.approx(0)
        assert str(found.warning) == (
            "air -> air, server fans: PUE falls by 9.1 % and energy per computing does not (+0.0 %): what fans and "
            "pumps drew has moved inside the servers' meters, nothing was saved")

    def test_the_other_way_pue_rises_for_nothing(self) -> None:
        # fan work that moves from servers to the hall raises PUE with no energy change: no warning, TUE stands still
        found = compare(basis("before", it=110, fans=22, overhead=20), self.AIR)
        assert found is not None
        assert found.pue_change > 0.09
        assert found.tue_change == pytest.approx(0)
        assert found.warning is None

    def test_less_work_for_the_same_energy_is_warned_of(self) -> None:
        found = compare(self.AIR, basis("oil, slow", it=88, fans=0, overhead=2.6, work=WORK_CORE_S / 2))
        assert found is not None
        assert found.warning is not None
        assert found.energy_per_work_change == pytest.approx(0.394, abs=0.001)

    @pytest.mark.parametrize("other", [basis("idle", 88, 0, 2.6, work=0), basis("off", 0.5, 0, 0.1)])
    def test_what_cant_be_compared(self, other: Basis) -> None:
        assert compare(self.AIR, other) is None

    def test_under_a_kilowatt_hour_there_is_no_ratio(self) -> None:
        small = basis("small", 0.9, 0, 0.1).energy
        assert (small.pue, small.itue, small.tue) == (None, None, None)

    def test_gpus_count_as_cores(self) -> None:
        # 1 kWh for 100 core-seconds and 10 GPU-seconds of 50 cores each: 600 core-seconds
        both = Basis("gpu", ComputeEnergy(J_PER_KWH, J_PER_KWH, 0), 100, 10, 50)
        assert both.kwh_per_core_s == pytest.approx(1 / 600)


class TestSettled:
    def test_zones_by_hand(self, small: Site, day: Period, settled: Allocation) -> None:
        # air 260 W of IT, oil 240; cooling 52 and 24; the small site's nodes declare no fans: ITUE is 1.
        zones = compute_energy(settled, by="zone")
        assert zones["oil"].it_j == 240 * SETTLEMENT_S * day.count
        assert zones["oil"].itue == 1
        assert zones["oil"].pue == zones["oil"].tue
        bases = zone_bases(small, settled, constant_use(day))
        # busy: n1 3 + 1 and n2 1 core in air; 2 cores and 0.8 GPU in oil
        assert bases["air"].core_s == pytest.approx(5 * 86_400)
        assert (bases["oil"].core_s, bases["oil"].gpu_s) == pytest.approx((2 * 86_400, 0.8 * 86_400))
        # a busy core: 40, 20 and 10 W, mean 23.33; a busy GPU 50 W
        assert bases["oil"].gpu_in_cores == pytest.approx(50 / (70 / 3))

    def test_fans_of_a_tenant(self, small: Site, day: Period) -> None:
        # n1 counts 20 W of fans in its 200 W: alpha has 125 of these 200: 12.5 W
        telemetry = Telemetry(day, fan_j={"n1": np.full(day.count, 20 * SETTLEMENT_S)})
        found = settle(small, constant_readings(day), constant_use(day), telemetry=telemetry)
        alpha = compute_energy(found)["alpha"]
        assert alpha.fan_j / SETTLEMENT_S / day.count == pytest.approx(12.5, abs=0.01)
        assert alpha.itue == pytest.approx(215 / 202.5, abs=1e-4)
        assert alpha.tue == pytest.approx(299.25 / 202.5, abs=1e-4)

    def test_the_lines_know_nothing_of_fans(self, small: Site, day: Period, settled: Allocation) -> None:
        telemetry = Telemetry(day, fan_j={"n1": np.full(day.count, 20 * SETTLEMENT_S)})
        found = settle(small, constant_readings(day), constant_use(day), telemetry=telemetry)
        for component, shares in settled.shares.items():
            assert np.array_equal(found.shares[component].energy_j, shares.energy_j)

    def test_what_is_asked_of_the_wrong_thing(self, settled: Allocation) -> None:
        with pytest.raises(ValueError, match="not by rack"):
            compute_energy(settled, by="rack")
        with pytest.raises(ValueError, match="without notes"):
            compute_energy(Allocation(settled.closure, settled.shares))
