"""Laws I1 to I7 of METHOD.md on generated sites: any feeds, zones, nodes, tenants, rules, readings and uses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from energy.allocation.compute_energy import compute_energy
from energy.allocation.full_cost import full_cost
from energy.allocation.result import IT_COMPONENTS, Allocation, Component
from energy.allocation.settle import settle
from energy.graph.balance import balances
from energy.graph.categories import categories
from energy.interval import Period
from energy.readings.meters import MeterReadings
from energy.readings.names import RESIDUAL
from energy.readings.use import NodeUse, Use
from infra.inventory.site import Site
from tests.energy.generated import INTERVALS, PERIOD, worlds

World = tuple[Site, MeterReadings, Use]
LAW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def energy_of(allocation: Allocation, account: str) -> int:
    return sum(int(shares.energy_j[row].sum()) for shares in allocation.shares.values()
               for row, holder in enumerate(shares.holders) if holder.account == account)


def same(one: Allocation, other: Allocation) -> bool:
    return all(one.shares[part].holders == other.shares[part].holders
               and np.array_equal(one.shares[part].energy_j, other.shares[part].energy_j) for part in Component)


@LAW
@given(worlds())
def test_i1_on_any_site_every_joule_is_on_one_line(world: World) -> None:
    site, readings, use = world
    allocation = settle(site, readings, use)
    total = sum(shares.energy_j.sum(axis=0) for shares in allocation.shares.values())
    assert np.array_equal(total, readings.energy_j["facility"])
    for component, shares in allocation.shares.items():
        assert component is Component.CLOSURE or (shares.energy_j >= 0).all()
    measured = sum(int(row.sum()) for name, row in readings.energy_j.items() if name.startswith("o-"))
    assert sum(int(allocation.shares[part].energy_j.sum()) for part in IT_COMPONENTS) == measured


@LAW
@given(worlds())
def test_i1_full_costs_are_the_meter_too(world: World) -> None:
    site, readings, use = world
    allocation = settle(site, readings, use)
    found = full_cost(site, allocation, use)
    assert np.array_equal(found.total_j.sum(axis=0) + found.unborne_j, readings.energy_j["facility"])
    # where a tenant holds or bears anything, all of it is borne
    bearing = sum(row.sum(axis=0) for row in found.direct_j.values()) > 0
    assert not found.unborne_j[bearing].any()


@LAW
@given(worlds())
def test_i1_residuals_of_parents_are_the_closures(world: World) -> None:
    site, readings, use = world
    closure = settle(site, readings, use).closure
    outlets = sum(int(closure.stages[name].residual_j.sum()) for name in closure.feeds.node_of_outlet)
    assert sum(balance.residual_j for balance in balances(site, closure)) + outlets == int(closure.residual_j.sum())


@LAW
@given(worlds())
def test_i2_on_any_site_ratios_weigh_by_energy(world: World) -> None:
    site, readings, use = world
    allocation = settle(site, readings, use)
    found = compute_energy(allocation)
    whole = sum((found[account] for account in found), start=type(next(iter(found.values())))(0, 0, 0))
    assert whole.facility_j + energy_of(allocation, RESIDUAL) == int(allocation.closure.facility_j.sum())
    weighed = sum(own.it_j * own.pue for own in found.values() if own.pue is not None)
    assert weighed == pytest.approx(sum(own.facility_j for own in found.values() if own.pue is not None))
    assert all(0 <= own.fan_j <= own.it_j for own in found.values())


@LAW
@given(worlds(rules=("proportional",), feeds=1))
def test_i3_on_one_feed_a_ratio_lies_between_those_of_the_zones(world: World) -> None:
    site, readings, use = world
    # One interval: over several, a mean of ratios by energy is bounded by those of zones and intervals.
    first = Period(PERIOD.start, PERIOD.start_of(1))
    allocation = settle(site, readings.part(first), use.part(first))
    zones = [own for own in compute_energy(allocation, by="zone").values() if own.it_j]
    for own in compute_energy(allocation).values():
        if own.it_j:
            # A joule of rounding in each of at most 40 pools, of the account and of the zone.
            near = 40 / own.it_j + 40 / min(zone.it_j for zone in zones)
            ratios = [zone.facility_j / zone.it_j for zone in zones]
            assert min(ratios) - near <= own.facility_j / own.it_j <= max(ratios) + near


@LAW
@given(worlds(rules=("proportional", "capacity")))
def test_i4_on_any_site_splitting_a_tenant_changes_rounding_only(world: World) -> None:
    site, readings, use = world
    whole, split = (Use(PERIOD, {node: NodeUse(*(change(table) for table in (
        of.cpu_used_s, of.gpu_used_s, of.cpu_reserved, of.gpu_reserved))) for node, of in use.nodes.items()})
        for change in (rounded, halved))
    before, after = settle(site, readings, whole), settle(site, readings, split)
    parts = energy_of(after, "t0") + energy_of(after, "t0-twin")
    assert abs(parts - energy_of(before, "t0")) <= 60 * INTERVALS  # a joule in each of at most 60 pools


def rounded(table: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return amounts in even hundredths, of which a half is still a whole weight."""
    return {account: np.round(row / 2, 2) * 2 for account, row in table.items()}


def halved(table: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the same, t0's halved with a twin."""
    whole = rounded(table)
    return {**whole, "t0": whole["t0"] / 2, "t0-twin": whole["t0"] / 2} if "t0" in whole else whole


@LAW
@given(worlds())
def test_i5_on_any_site_who_touched_nothing_bears_nothing(world: World) -> None:
    site, readings, use = world
    idler = Use(use.period, {node: NodeUse(
        {**of.cpu_used_s, "idler": np.zeros(INTERVALS)}, of.gpu_used_s,
        {**of.cpu_reserved, "idler": np.zeros(INTERVALS)}, of.gpu_reserved) for node, of in use.nodes.items()})
    allocation, without = settle(site, readings, idler), settle(site, readings, use)
    assert energy_of(allocation, "idler") == 0
    for account in ("t0", "_platform", "_free", RESIDUAL):
        assert energy_of(allocation, account) == energy_of(without, account)


@LAW
@given(worlds())
def test_i6_on_any_site_the_order_of_things_changes_no_joule(world: World) -> None:
    site, readings, use = world
    turned = site.model_copy(update={name: dict(reversed(getattr(site, name).items()))
                                     for name in ("nodes", "tenants", "meters")})
    back = MeterReadings(PERIOD, dict(reversed(readings.energy_j.items())))
    reversed_use = Use(PERIOD, {node: NodeUse(*(dict(reversed(table.items())) for table in (
        of.cpu_used_s, of.gpu_used_s, of.cpu_reserved, of.gpu_reserved))) for node, of in reversed(use.nodes.items())})
    assert same(settle(site, readings, use), settle(turned, back, reversed_use))


@LAW
@given(worlds())
def test_i6_on_any_site_a_part_of_the_period_is_a_part_of_the_result(world: World) -> None:
    site, readings, use = world
    first = Period(PERIOD.start, PERIOD.start_of(1))
    whole, part = settle(site, readings, use), settle(site, readings.part(first), use.part(first))
    for component in Component:
        assert np.array_equal(whole.shares[component].energy_j[:, :1], part.shares[component].energy_j)


@LAW
@given(worlds(metered_ups=False))
def test_i7_on_any_site_categories_keep_their_order(world: World) -> None:
    site, readings, use = world
    first, second, third = categories(site, settle(site, readings, use).closure)
    # losses by their curves are never negative, so IT energy grows from the outlets up, but for rounding
    assert first.it_energy_j >= second.it_energy_j - 2 * INTERVALS
    assert second.it_energy_j >= third.it_energy_j - 2 * INTERVALS
