"""The plant obeys physics, repeats itself bit for bit, and its truth adds up to what passes its facility meter."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from energy.errors import EnergyError
from energy.interval import month_period
from infra.inventory.site import Site
from lab.plant.clock import clock_of
from lab.plant.cooling import machine_powers_w, tank_powers_w, zone_heat_w
from lab.plant.feeds import Walk, outlet_shares
from lab.plant.machines import node_powers
from lab.plant.model import PlantMonth, run
from lab.plant.noise import noise, number_of
from lab.plant.registers import FACILITY_DISAGREEMENT
from lab.plant.weather import outdoor_c
from lab.plant.workload import workloads_of
from tests.energy.small import small_site

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(scope="module")
def march(demo: Site) -> PlantMonth:
    return run(demo, "2012-03")


def mean_w(month: PlantMonth, meter: str) -> float:
    register = month.registers[meter]
    return float(register[-1] - register[0]) * 3600 / (60 * month.clock.count)


class TestTruth:
    def test_it_adds_up_to_what_passes_the_facility_meter(self, march: PlantMonth) -> None:
        total = sum(sum(parts.values()) for parts in march.truth["accounts"].values())
        assert total == pytest.approx(march.truth["facility"], rel=1e-9)

    def test_the_facility_meter_counts_a_little_more(self, march: PlantMonth) -> None:
        register = march.registers["facility"]
        counted_j = float(register[-1] - register[0]) * 3600
        assert counted_j / march.truth["facility"] == pytest.approx(1 + FACILITY_DISAGREEMENT, rel=1e-6)

    def test_idle_of_all_is_what_nodes_declare(self, march: PlantMonth, demo: Site) -> None:
        idle = sum(parts["idle"] for parts in march.truth["accounts"].values())
        declared = sum(node.power.idle_w for node in demo.nodes.values()) * 60 * march.clock.count
        assert idle == pytest.approx(declared)

    def test_free_capacity_computes_nothing(self, march: PlantMonth) -> None:
        assert march.truth["accounts"]["_free"]["dynamic"] == 0
        assert march.truth["accounts"]["_free"]["idle"] > 0

    def test_every_tenant_with_a_namespace_uses_something(self, march: PlantMonth, demo: Site) -> None:
        for tenant in demo.tenants:
            assert march.truth["accounts"][tenant]["dynamic"] > 0

    def test_another_site_adds_up_too(self) -> None:
        small = small_site()
        month = run(small, "2012-02")
        total = sum(sum(parts.values()) for parts in month.truth["accounts"].values())
        assert total == pytest.approx(month.truth["facility"], rel=1e-9)
        assert set(month.registers) == set(small.meters)


class TestRepeatable:
    def test_the_same_month_twice_is_the_same(self, march: PlantMonth, demo: Site) -> None:
        again = run(demo, "2012-03")
        assert again.truth == march.truth
        for name, register in march.registers.items():
            assert np.array_equal(register, again.registers[name])

    def test_another_month_is_another(self, march: PlantMonth, demo: Site) -> None:
        assert run(demo, "2012-06").truth["facility"] != march.truth["facility"]

    def test_noise_is_seeded_bounded_and_centred(self) -> None:
        one = noise("a", 20_000)
        assert np.array_equal(one, noise("a", 20_000))
        assert not np.array_equal(one, noise("b", 20_000))
        assert abs(one.mean()) < 0.05
        assert 0.3 < one.std() < 0.7
        assert number_of("a", 10) == number_of("a", 10) < 10

    def test_what_is_no_month(self, demo: Site) -> None:
        with pytest.raises(EnergyError, match="'March' is not a month"):
            run(demo, "March")


class TestClock:
    def test_march_skips_an_hour(self) -> None:
        clock = clock_of(month_period("2012-03", PARIS), PARIS)
        assert clock.count == 743 * 60
        spring = (clock.day_of_year == 85)  # the 25th, a leap year
        assert spring.sum() == 23 * 60
        assert not ((clock.hour[spring] >= 2) & (clock.hour[spring] < 3)).any()

    def test_october_repeats_one(self) -> None:
        clock = clock_of(month_period("2012-10", PARIS), PARIS)
        autumn = clock.day_of_year == 302
        assert autumn.sum() == 25 * 60
        assert ((clock.hour[autumn] >= 2) & (clock.hour[autumn] < 3)).sum() == 120

    def test_weekdays(self) -> None:
        clock = clock_of(month_period("2012-03", PARIS), PARIS)
        assert clock.weekday[0] == 3  # 1 March 2012 was a Thursday
        assert clock.weekday[-1] == 5  # and the 31st a Saturday

    def test_summer_is_warmer_than_winter_and_afternoon_than_night(self) -> None:
        summer, winter = (outdoor_c(clock_of(month_period(month, PARIS), PARIS), "s")
                          for month in ("2012-08", "2012-01"))
        assert summer.mean() > winter.mean() + 8
        clock = clock_of(month_period("2012-08", PARIS), PARIS)
        afternoon, night = (clock.hour > 14) & (clock.hour < 16), (clock.hour > 2) & (clock.hour < 4)
        assert summer[afternoon].mean() > summer[night].mean() + 3


class TestWorkloads:
    def test_reservations_fit_in_the_nodes(self, march: PlantMonth, demo: Site) -> None:
        for name, node in demo.nodes.items():
            here = [work for work in march.workloads if work.node == name]
            assert sum(work.reserved_cores for work in here) <= node.cpu_cores
            assert sum(work.reserved_gpus for work in here) <= node.gpu_count

    def test_nobody_uses_more_than_it_reserved(self, march: PlantMonth) -> None:
        for work in march.workloads:
            assert (work.busy_cores <= work.reserved_cores).all()
            assert (work.busy_gpus <= work.reserved_gpus).all()
            assert (work.busy_cores > 0).all()

    def test_tenants_never_land_on_a_control_plane(self, march: PlantMonth) -> None:
        assert {work.account for work in march.workloads if work.node == "cp-1"} == {"_platform"}

    def test_offices_work_by_day(self, demo: Site) -> None:
        clock = clock_of(month_period("2012-03", PARIS), PARIS)
        work = next(each for each in workloads_of(demo, clock, "s") if each.account == "la-dune")
        weekday = clock.weekday < 5
        day, night = (clock.hour > 10) & (clock.hour < 16), clock.hour < 5
        assert work.busy_cores[weekday & day].mean() > 3 * work.busy_cores[weekday & night].mean()
        assert work.busy_cores[weekday & day].mean() > 1.5 * work.busy_cores[~weekday & day].mean()


class TestPhysics:
    @pytest.fixture
    def powers(self, demo: Site) -> dict[str, np.ndarray]:
        clock = clock_of(month_period("2012-03", PARIS), PARIS)
        by_node: dict[str, list] = {}
        for work in workloads_of(demo, clock, "s"):
            by_node.setdefault(work.node, []).append(work)
        return {name: found.total_w for name, found in node_powers(demo, by_node, clock.count).items()}

    def test_nodes_stay_between_idle_and_nameplate(self, powers: dict[str, np.ndarray], demo: Site) -> None:
        for name, power_w in powers.items():
            assert (power_w >= demo.nodes[name].power.idle_w).all()
            assert (power_w <= demo.nodes[name].power.nameplate_w).all()

    def test_outlets_carry_the_whole_node(self, demo: Site) -> None:
        for shares in outlet_shares(demo).values():
            assert sum(shares.values()) == pytest.approx(1)

    def test_every_machine_stays_under_its_rating(self, march: PlantMonth, demo: Site) -> None:
        for name, machine in demo.cooling.equipment().items():
            assert 0 < mean_w(march, f"{name}-input") <= machine.rated_w
        assert 0 < mean_w(march, "tank-1-pumps") <= demo.enclosures.tanks["tank-1"].pump_rated_w

    def test_nothing_is_made_on_the_way_up(self, march: PlantMonth) -> None:
        for feed in "ab":
            assert mean_w(march, f"ups-{feed}-input") > mean_w(march, f"ups-{feed}-output") > 0
            assert mean_w(march, f"ups-{feed}-output") > mean_w(march, f"pdu-{feed}-output")
        assert mean_w(march, "genset-output") == 0

    def test_heat_is_the_energy_of_the_zone(self, march: PlantMonth) -> None:
        air = ("cp-1", "worker-1", "gpu-2")
        nodes_w = sum(mean_w(march, f"outlet-{feed}-{node}") for node in air for feed in "ab")
        assert mean_w(march, "heat-air") == pytest.approx(nodes_w, rel=1e-4)

    def test_a_chiller_rests_in_the_cold_and_works_in_the_heat(self, demo: Site, powers: dict[str, np.ndarray]) -> None:
        tank_w = tank_powers_w(demo, powers)
        heat_w = zone_heat_w(demo, powers, tank_w)
        count = len(heat_w["hall-air"])
        cold, hot = (machine_powers_w(demo, heat_w, np.full(count, celsius))["chiller-1"].mean() for celsius in (0, 35))
        # At 35 °C: heat over the declared EER, and the standby of 1 %.
        chiller = demo.cooling.chillers["chiller-1"]
        assert hot == pytest.approx(heat_w["hall-air"].mean() / chiller.eer_at_35c + 0.01 * chiller.rated_w, rel=1e-6)
        assert cold == pytest.approx(0.01 * chiller.rated_w)

    def test_a_dry_cooler_works_harder_in_the_heat(self, demo: Site, powers: dict[str, np.ndarray]) -> None:
        heat_w = {zone: np.full(4, 12_000.0) for zone in demo.cooling.zones}
        mild, hot = (machine_powers_w(demo, heat_w, np.full(4, celsius))["dry-cooler-1"][0] for celsius in (10, 34))
        assert hot > mild

    def test_losses_by_the_curve(self, demo: Site) -> None:
        node_w = {name: np.array([200.0]) for name in demo.nodes}
        machine_w = {name: np.array([100.0]) for name in [*demo.cooling.equipment(), *demo.enclosures.tanks]}
        flows = Walk(demo, node_w, machine_w).flows()
        # PDU A: an outlet of each of 5 nodes, first or second input of 55 and 45 %: 3 x 110 + 2 x 90 = 510 W;
        # 15 + 0.004 x 510 are lost.
        assert flows.out_w["pdu-a"][0] == pytest.approx(510)
        assert flows.in_w["pdu-a"][0] == pytest.approx(510 + 15 + 2.04)
        load = 527.04
        assert flows.in_w["ups-a"][0] == pytest.approx(load + 220 + 0.018 * load + 9e-7 * load**2)
        # The panel: five machines of 100 W and the building's 350 W.
        assert flows.out_w["panel-plant"][0] == pytest.approx(850)
        assert flows.out_w["genset"][0] == 0


class TestRegisters:
    def test_registers_only_grow_in_tenths(self, march: PlantMonth) -> None:
        for register in march.registers.values():
            assert (np.diff(register) >= 0).all()
            assert np.allclose(register * 10, np.round(register * 10))
            assert len(register) == march.clock.count + 1

    def test_a_register_in_kwh_or_joules(self) -> None:
        small = small_site()
        meters = {**small.meters, "facility": small.meters["facility"].model_copy(update={"unit": "kWh"}),
                  "plant": small.meters["plant"].model_copy(update={"unit": "J"})}
        month, plain = run(small.model_copy(update={"meters": meters}), "2012-02"), run(small, "2012-02")
        assert month.registers["facility"][-1] == pytest.approx(plain.registers["facility"][-1] / 1000)
        assert month.registers["plant"][-1] == pytest.approx(plain.registers["plant"][-1] * 3600)
