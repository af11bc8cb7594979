"""Both views of the small site by hand, mutual services, and drivers that can't be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.allocation.full_cost import FullCost, full_cost
from energy.allocation.holders import Holder, Shares
from energy.allocation.platform import Drivers, declared_drivers, measured_drivers
from energy.allocation.result import Allocation, Component
from energy.allocation.settle import settle
from energy.errors import ConservationError, EnergyError
from energy.interval import SETTLEMENT_S, Period
from infra.inventory.energy_policy import PlatformService
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use


def near(expected: float) -> object:
    return pytest.approx(expected, abs=0.01)


def with_services(site: Site, **services: dict[str, Any]) -> Site:
    policy = site.energy.model_copy(update={
        "platform_services": {name: PlatformService(**service) for name, service in services.items()}})
    return site.model_copy(update={"energy": policy})


def watts(found: FullCost, table: np.ndarray, tenant: str) -> float:
    return float(table[found.tenants.index(tenant)].mean()) / SETTLEMENT_S


class TestByHand:
    def test_every_part(self, small: Site, day: Period, settled: Allocation) -> None:
        # Direct: alpha 299.25, beta 190.575 (tests/energy/test_hand_computed.py).
        found = full_cost(small, settled, constant_use(day))
        assert watts(found, sum(found.direct_j.values()), "alpha") == near(299.25)
        # _free 114.975 by nameplate held: alpha 250 + 100 = 350, beta 125 + 60 = 185.
        assert watts(found, found.free_j, "alpha") == near(114.975 * 350 / 535)
        assert watts(found, found.free_j, "beta") == near(114.975 * 185 / 535)
        # _platform 88.2 by direct energy: no service is declared.
        assert watts(found, found.platform_j, "alpha") == near(88.2 * 299.25 / 489.825)
        # _residual 7 by what is borne so far: alpha 299.25 + 75.217 + 53.884 = 428.351 of 693.
        assert watts(found, found.residual_j, "alpha") == near(7 * 428.351 / 693)
        assert watts(found, found.total_j, "alpha") == near(432.678)
        assert watts(found, found.total_j, "beta") == near(267.322)
        assert not found.unborne_j.any()

    def test_a_negative_residual_is_given_back(self, small: Site, day: Period) -> None:
        # 690 at the meter: -3 W; the tenants bear 690 in all
        allocation = settle(small, constant_readings(day, facility=690), constant_use(day))
        found = full_cost(small, allocation, constant_use(day))
        assert (found.residual_j <= 0).all()
        assert int(found.total_j.sum()) == 690 * SETTLEMENT_S * day.count

    def test_two_services_that_use_each_other(self, small: Site, day: Period, settled: Allocation) -> None:
        # Own: monitoring 3/4, registry 1/4. x_m = 0.75 + 0.5·x_r, x_r = 0.25 + 0.2·x_m: x_m = 0.97222, x_r = 0.44444.
        # alpha 0.5·x_m = 0.48611; beta 0.5·x_r = 0.22222; 0.3·x_m = 0.29167 is everybody's, by direct energy.
        site = with_services(small, monitoring={"weight": 3, "drivers": {"registry": 0.2, "alpha": 0.5}},
                             registry={"weight": 1, "drivers": {"monitoring": 0.5, "beta": 0.5}})
        found = full_cost(site, settled, constant_use(day))
        alpha = 0.486111 + 0.291667 * 299.25 / 489.825
        assert watts(found, found.platform_j, "alpha") == near(88.2 * alpha)
        assert watts(found, found.platform_j, "beta") == near(88.2 * (1 - alpha))
        assert int(found.total_j.sum()) == 700 * SETTLEMENT_S * day.count

    def test_weights_of_services_that_were_measured(self, small: Site, day: Period, settled: Allocation) -> None:
        # all of the platform's energy is the registry's today, and the registry is beta's
        site = with_services(small, monitoring={"drivers": {"alpha": 1.0}}, registry={"drivers": {"beta": 1.0}})
        found = full_cost(site, settled, constant_use(day), service_weights={
            "monitoring": np.zeros(day.count), "registry": np.ones(day.count)})
        assert watts(found, found.platform_j, "alpha") == 0
        assert watts(found, found.platform_j, "beta") == near(88.2)

    def test_in_a_site_where_nobody_holds_anything(self, small: Site, day: Period) -> None:
        # nobody to bear: the whole meter stays unborne, and is not lost
        allocation = settle(small, constant_readings(day), constant_use(day, {}))
        found = full_cost(small, allocation, constant_use(day, {}))
        assert not found.total_j.any()
        assert np.array_equal(found.unborne_j, allocation.closure.facility_j)

    def test_one_tenant_that_only_reserves_bears_all(self, small: Site, day: Period) -> None:
        use = constant_use(day, {"n1": {"alpha": (0, 0, 1, 0)}})
        found = full_cost(small, settle(small, constant_readings(day), use), use)
        assert watts(found, found.total_j, "alpha") == near(700)
        assert not found.unborne_j.any()

    def test_an_allocation_without_notes_goes_by_cores(self, small: Site, day: Period, settled: Allocation) -> None:
        # cores: alpha 5 + 5, beta 2.5
        bare = Allocation(settled.closure, settled.shares)
        found = full_cost(small, bare, constant_use(day))
        assert watts(found, found.free_j, "alpha") == near(114.975 * 10 / 12.5)

    def test_an_account_that_the_site_does_not_know(self, small: Site, settled: Allocation, day: Period) -> None:
        holders = tuple(Holder("nobody" if holder.account == "alpha" else holder.account, holder.zone)
                        for holder in settled.shares[Component.IDLE].holders)
        renamed = Allocation(settled.closure, {component: Shares(holders, shares.energy_j)
                                               for component, shares in settled.shares.items()})
        with pytest.raises(ConservationError, match="'nobody' bears energy"):
            full_cost(small, renamed, constant_use(day))


class TestDrivers:
    def test_a_site_without_services_has_one_that_is_everybodys(self, small: Site) -> None:
        drivers = declared_drivers(small)
        assert drivers.services == ("platform",)
        assert drivers.borne(np.ones((1, 2)), np.array([[3.0, 0.0], [1.0, 5.0]])).tolist() == [[0.75, 0], [0.25, 1]]

    def test_services_that_hand_all_round_are_refused(self, small: Site) -> None:
        drivers = declared_drivers(with_services(small, dns={"drivers": {"mesh": 1.0}}, mesh={"drivers": {"dns": 1.0}}))
        with pytest.raises(EnergyError, match=r"services \(dns, mesh\) hand all their energy round") as refusal:
            drivers.through(np.ones((2, 1)))
        assert "serve a tenant" in str(refusal.value)

    def test_a_service_that_drives_itself_alone_too(self, small: Site) -> None:
        with pytest.raises(EnergyError, match="hand all their energy round"):
            declared_drivers(with_services(small, dns={"drivers": {"dns": 1.0}})).through(np.ones((1, 1)))

    def test_over_unity_is_refused_by_name(self) -> None:
        with pytest.raises(EnergyError, match=r"the drivers of service 'b' give away 1\.2 of it") as refusal:
            Drivers(("a", "b"), ("t",), np.array([[0.0, 0.5], [0.7, 0.0]]), np.array([[0.5], [0.5]]))
        assert refusal.value.where == "energy.platform_services.b.drivers"

    @pytest.mark.parametrize("part", [-0.1, float("nan"), float("inf")])
    def test_a_part_that_is_no_part(self, part: float) -> None:
        with pytest.raises(EnergyError, match="a driver towards tenants is negative or no number"):
            Drivers(("a",), ("t",), np.zeros((1, 1)), np.array([[part]]))

    def test_measured_amounts_replace_the_declared_parts(self, small: Site) -> None:
        site = with_services(small, registry={"drivers": {"alpha": 1.0}})
        drivers = measured_drivers(site, {"registry": {"alpha": np.array([1.0, 0.0]), "beta": np.array([3.0, 0.0])}}, 2)
        # pulls 1 : 3 in the first interval; none in the second: as declared
        assert drivers.borne(np.ones((1, 2)), np.ones((2, 2))).tolist() == [[0.25, 1.0], [0.75, 0.0]]

    def test_measured_use_of_one_service_by_another(self, small: Site) -> None:
        site = with_services(small, logs={}, mesh={"drivers": {"beta": 1.0}})
        drivers = measured_drivers(site, {"logs": {"mesh": np.ones(1), "alpha": np.ones(1)}}, 1)
        # logs 1: half to mesh, which is beta's whole
        assert drivers.borne(np.array([[1.0], [0.0]]), np.ones((2, 1))).ravel().tolist() == [0.5, 0.5]


parts = st.lists(st.floats(0, 1), min_size=6, max_size=6)


@settings(max_examples=80, deadline=None)
@given(st.lists(parts, min_size=3, max_size=3), st.lists(st.floats(0, 5), min_size=3, max_size=3))
def test_the_solve_loses_nothing(rows: list[list[float]], own: list[float]) -> None:
    # Mutation that turns this red: A in place of its transpose.
    table = np.array([[value / max(sum(row), 1.0) * 0.95 for value in row] for row in rows])
    drivers = Drivers(("a", "b", "c"), ("t", "u", "v"), table[:, :3], table[:, 3:])
    direct = np.array(own)[:, None]
    assert drivers.borne(direct, np.ones((3, 1))).sum() == pytest.approx(sum(own), rel=1e-9, abs=1e-12)
    # what passes is at least what is own
    assert (drivers.through(direct) >= direct - 1e-12).all()
