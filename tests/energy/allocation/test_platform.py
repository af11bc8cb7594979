"""Services that serve each other: chains and rings worked by hand, intervals apart, and laws of the solve."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.allocation.platform import Drivers, declared_drivers, measured_drivers
from energy.errors import EnergyError
from infra.inventory.energy_policy import PlatformService
from infra.inventory.site import Site
from tests.energy.small import small_site

SMALL = small_site()


def drivers(mutual: list[list[float]], to_tenants: list[list[float]]) -> Drivers:
    names = tuple("abcd"[:len(mutual)])
    return Drivers(names, tuple("tuv"[:len(to_tenants[0])]), np.array(mutual, float), np.array(to_tenants, float))


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)[:, None]


def with_services(site: Site, **services: dict[str, object]) -> Site:
    policy = {name: PlatformService.model_validate(facts) for name, facts in services.items()}
    return site.model_copy(update={"energy": site.energy.model_copy(update={"platform_services": policy})})


class TestByHand:
    def test_a_chain(self) -> None:
        # a hands half to b, b a fifth to c; own 10, 20, 30: b passes 20 + 5 = 25, c 30 + 5 = 35.
        # red when A stands in place of its transpose: a would then take from b
        chain = drivers([[0, 0.5, 0], [0, 0, 0.2], [0, 0, 0]], [[0.5, 0], [0, 0.8], [1, 0]])
        assert chain.through(column(10, 20, 30)).ravel().tolist() == pytest.approx([10, 25, 35])
        # t: half of a (5) and all of c (35); u: four fifths of b (20)
        assert chain.borne(column(10, 20, 30), np.zeros((2, 1))).ravel().tolist() == pytest.approx([40, 20])

    def test_a_ring(self) -> None:
        # a and b hand each other a half: x_a = 12 + x_b/2, x_b = x_a/2: x_a = 16, x_b = 8. t has a's half: 8, u b's: 4.
        ring = drivers([[0, 0.5], [0.5, 0]], [[0.5, 0], [0, 0.5]])
        assert ring.through(column(12, 0)).ravel().tolist() == pytest.approx([16, 8])
        assert ring.borne(column(12, 0), np.zeros((2, 1))).ravel().tolist() == pytest.approx([8, 4])

    def test_a_service_that_serves_itself(self) -> None:
        # a stores its own logs, a quarter of what it does: x = 9 + x/4 = 12; t bears three quarters of 12
        assert drivers([[0.25]], [[0.75]]).borne(column(9), np.zeros((1, 1))).tolist() == [[pytest.approx(9)]]

    def test_what_no_driver_gives_away_is_everybodys(self) -> None:
        # 0.3 of a is t's; 0.7 by the weights 1 : 3
        found = drivers([[0]], [[0.3, 0]]).borne(column(10), column(1, 3))
        assert found.ravel().tolist() == pytest.approx([3 + 1.75, 5.25])

    def test_with_nobody_there_what_is_everybodys_is_left(self) -> None:
        found = drivers([[0]], [[0.3, 0]]).borne(column(10), column(0, 0))
        assert found.ravel().tolist() == pytest.approx([3, 0]), "7 of 10 stay with the caller, who spreads them"

    def test_parts_that_miss_one_by_a_rounding(self) -> None:
        # 0.1 ten times is not 1 in binary: it is no over-unity, and nobody's part turns negative
        found = Drivers(("a",), tuple("abcdefghij"), np.zeros((1, 1)), np.full((1, 10), 0.1 * (1 + 5e-11)))
        shares = found.borne(column(10), np.ones((10, 1)))
        assert shares.sum() == pytest.approx(10)
        assert (shares > 0).all()


class TestMeasured:
    def test_each_interval_has_its_own_amounts(self) -> None:
        site = with_services(SMALL, logs={"drivers": {"alpha": 1.0}})
        found = measured_drivers(site, {"logs": {"alpha": np.array([1.0, 0, 3]), "beta": np.array([1.0, 0, 1])}}, 3)
        # 1 : 1, then nobody asked: as declared, then 3 : 1
        assert found.borne(np.full((1, 3), 8.0), np.ones((2, 3))).tolist() == [[4.0, 8.0, 6.0], [4.0, 0.0, 2.0]]

    def test_a_service_without_amounts_keeps_its_declared_parts(self) -> None:
        site = with_services(SMALL, dns={"drivers": {"beta": 1.0}}, logs={"drivers": {"alpha": 1.0}})
        found = measured_drivers(site, {"logs": {"beta": np.ones(1)}}, 1)
        assert found.borne(column(2, 3), np.ones((2, 1))).ravel().tolist() == [0.0, 5.0]

    def test_one_interval_of_a_full_ring_is_refused_among_sound_ones(self) -> None:
        # red when the least pivot is looked at over all intervals together, or for the first alone
        site = with_services(SMALL, dns={}, mesh={})
        amounts = {"dns": {"mesh": np.array([0.0, 1.0])}, "mesh": {"dns": np.array([0.0, 1.0])}}
        with pytest.raises(EnergyError, match=r"services \(dns, mesh\) hand all their energy round") as why:
            measured_drivers(site, amounts, 2).through(np.ones((2, 2)))
        assert why.value.where == "energy.platform_services"

    def test_an_unknown_service_and_an_unknown_recipient_are_no_silent_zero(self) -> None:
        site = with_services(SMALL, dns={})
        for amounts, name in (({"cache": {"alpha": np.ones(1)}}, "cache"), ({"dns": {"nobody": np.ones(1)}}, "nobody")):
            with pytest.raises(EnergyError, match=f"name '{name}', which is neither a service nor a tenant") as refused:
                measured_drivers(site, amounts, 1)
            assert "known: alpha, beta, dns" in str(refused.value)


class TestDeclared:
    def test_rows_are_givers_in_the_order_of_names(self) -> None:
        found = declared_drivers(with_services(SMALL, mesh={"drivers": {"dns": 0.25, "beta": 0.5}}, dns={}))
        assert (found.services, found.tenants) == (("dns", "mesh"), ("alpha", "beta"))
        assert found.mutual.tolist() == [[0, 0], [0.25, 0]]
        assert found.to_tenants.tolist() == [[0, 0], [0, 0.5]]

    def test_a_driver_towards_services_may_not_be_negative_either(self) -> None:
        with pytest.raises(EnergyError, match="a driver towards services is negative or no number") as why:
            drivers([[-0.1]], [[0.5]])
        assert "between 0 and 1" in why.value.remedy


shares = st.lists(st.floats(0, 1), min_size=6, max_size=6)
three = st.lists(shares, min_size=3, max_size=3)
amounts = st.lists(st.floats(0, 1e6), min_size=3, max_size=3)


def table_of(rows: list[list[float]]) -> np.ndarray:
    return np.array([[value / max(sum(row), 1.0) * 0.98 for value in row] for row in rows])


@settings(max_examples=60, deadline=None)
@given(three, amounts, st.permutations(range(3)))
def test_i6_the_order_of_services_changes_nothing(rows: list[list[float]], own: list[float], order: list[int]) -> None:
    table, direct, weights = table_of(rows), column(*own), np.ones((3, 1))
    found = Drivers(tuple("abc"), tuple("tuv"), table[:, :3], table[:, 3:]).borne(direct, weights)
    again = Drivers(tuple("abc"), tuple("tuv"), table[np.ix_(order, order)], table[order, 3:]).borne(
        direct[order], weights)
    assert again == pytest.approx(found, rel=1e-7, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(three, amounts, amounts)
def test_what_is_borne_of_two_energies_is_borne_of_their_sum(rows: list[list[float]], one: list[float],
                                                             other: list[float]) -> None:
    table, weights = table_of(rows), column(1, 2, 3)
    found = Drivers(tuple("abc"), tuple("tuv"), table[:, :3], table[:, 3:])
    apart = found.borne(column(*one), weights) + found.borne(column(*other), weights)
    assert found.borne(column(*one) + column(*other), weights) == pytest.approx(apart, rel=1e-7, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(three, amounts)
def test_i5_a_tenant_that_no_driver_names_bears_only_what_is_everybodys(rows: list[list[float]],
                                                                        own: list[float]) -> None:
    table = table_of(rows)
    table[:, 5] = 0
    found = Drivers(tuple("abc"), tuple("tuv"), table[:, :3], table[:, 3:]).borne(column(*own), column(1, 1, 0))
    assert found[2, 0] == 0
    assert found.sum() == pytest.approx(sum(own), rel=1e-7, abs=1e-6)
