"""Laws I1 to I7 of METHOD.md, on readings and uses made at random for the small site."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from energy.allocation.holders import Holder, Shares
from energy.allocation.result import IT_COMPONENTS, Allocation, Component
from energy.allocation.settle import settle
from energy.errors import ConservationError
from energy.graph.categories import it_energy_by_category_j
from energy.interval import Period
from energy.readings.meters import MeterReadings
from energy.readings.names import RESIDUAL
from energy.readings.use import NodeUse, Use
from infra.inventory.site import Site
from tests.energy.small import WATTS, constant_readings, constant_use, small_site

INTERVALS = 6
PERIOD = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 1, 30, tzinfo=UTC))
SITE = small_site()
NODES = ("n1", "n2", "n3")
ACCOUNTS = ("_platform", "alpha", "beta")
LAW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

series = st.lists(st.integers(0, 900_000), min_size=INTERVALS, max_size=INTERVALS)
amounts = st.lists(st.floats(0, 12, allow_nan=False), min_size=INTERVALS, max_size=INTERVALS)


@st.composite
def readings(draw: st.DrawFn) -> MeterReadings:
    """Meters that agree on nothing: every register is its own random walk."""
    return MeterReadings(PERIOD, {name: np.array(draw(series), dtype=np.int64) for name in WATTS}, {})


@st.composite
def uses(draw: st.DrawFn) -> Use:
    def by_account(scale: float) -> dict[str, np.ndarray]:
        chosen = draw(st.lists(st.sampled_from(ACCOUNTS), unique=True))
        return {account: np.array(draw(amounts)) * scale for account in chosen}

    return Use(PERIOD, {node: NodeUse(by_account(900), by_account(150), by_account(1), by_account(0.2))
                        for node in draw(st.lists(st.sampled_from(NODES), unique=True))})


def energy_of(allocation: Allocation, account: str) -> int:
    return sum(int(shares.energy_j[row].sum()) for shares in allocation.shares.values()
               for row, holder in enumerate(shares.holders) if holder.account == account)


def it_of(allocation: Allocation, account: str | None = None, zone: str | None = None) -> int:
    return sum(int(allocation.shares[component].energy_j[row].sum()) for component in IT_COMPONENTS
               for row, holder in enumerate(allocation.shares[component].holders)
               if account in (None, holder.account) and zone in (None, holder.zone))


def all_of(allocation: Allocation, account: str | None = None, zone: str | None = None) -> int:
    return sum(int(shares.energy_j[row].sum()) for shares in allocation.shares.values()
               for row, holder in enumerate(shares.holders)
               if holder.account != RESIDUAL and account in (None, holder.account) and zone in (None, holder.zone))


@LAW
@given(readings(), uses())
def test_i1_every_joule_of_every_interval_is_on_one_line(meters: MeterReadings, use: Use) -> None:
    allocation = settle(SITE, meters, use)
    total = sum(shares.energy_j.sum(axis=0) for shares in allocation.shares.values())
    facility = meters.energy_j["facility"] + meters.energy_j["genset-out"]
    assert np.array_equal(total, facility)


@LAW
@given(readings(), uses())
def test_i1_nothing_but_the_residual_is_ever_negative(meters: MeterReadings, use: Use) -> None:
    allocation = settle(SITE, meters, use)
    for component, shares in allocation.shares.items():
        assert component is Component.CLOSURE or (shares.energy_j >= 0).all()


@LAW
@given(readings(), uses())
def test_it_energy_is_what_the_outlets_measured(meters: MeterReadings, use: Use) -> None:
    allocation = settle(SITE, meters, use)
    measured = sum(int(meters.energy_j[name].sum()) for name in ("o-a-n1", "o-b-n1", "o-a-n2", "o-b-n3"))
    assert it_of(allocation) == measured


@LAW
@given(readings(), uses())
def test_i2_ratios_weigh_by_energy(meters: MeterReadings, use: Use) -> None:
    allocation = settle(SITE, meters, use)
    accounts = {holder.account for holder in allocation.shares[Component.IDLE].holders} - {RESIDUAL}
    it_by_account = {account: it_of(allocation, account) for account in accounts}
    if all(it_by_account.values()):
        weighted = sum(it * (all_of(allocation, account) / it) for account, it in it_by_account.items())
        closed = int(allocation.closure.facility_j.sum()) - energy_of(allocation, RESIDUAL)
        assert weighted == pytest.approx(closed)


@LAW
@given(uses())
def test_i3_a_tenants_ratio_lies_between_those_of_its_zones(use: Use) -> None:
    # On this site feed B serves both zones alike and n1 both feeds; give every outlet one feed so that stages are
    # shared alike inside a zone: then a tenant's ratio is a mean of its zones' ratios by energy.
    meters = constant_readings(PERIOD, o_a_n1=200, o_b_n1=0, ups_a_out=260, ups_a_in=286, ups_b_out=240, ups_b_in=252,
                               facility=720)
    allocation = settle(SITE, meters, use)
    zones = {zone: all_of(allocation, zone=zone) / it_of(allocation, zone=zone) for zone in ("air", "oil")}
    for account in {holder.account for holder in allocation.shares[Component.IDLE].holders} - {RESIDUAL}:
        it = it_of(allocation, account)
        if it > 1_000_000:  # enough joules for rounding not to matter
            ratio = all_of(allocation, account) / it
            assert min(zones.values()) - 1e-4 <= ratio <= max(zones.values()) + 1e-4


def test_i4_splitting_a_tenant_changes_the_sum_of_its_parts_by_rounding_only() -> None:
    whole = {"n1": {"alpha": (3, 0, 5, 0), "beta": (1, 0, 2.5, 0)},
             "n3": {"alpha": (2, 0, 5, 0), "beta": (0, 0.8, 0, 1)}}
    split = {"n1": {"alpha": (1, 0, 2, 0), "alpha-2": (2, 0, 3, 0), "beta": (1, 0, 2.5, 0)},
             "n3": {"alpha": (0.5, 0, 1, 0), "alpha-2": (1.5, 0, 4, 0), "beta": (0, 0.8, 0, 1)}}
    meters = constant_readings(PERIOD)
    before, after = settle(SITE, meters, constant_use(PERIOD, whole)), settle(SITE, meters, constant_use(PERIOD, split))
    parts = energy_of(after, "alpha") + energy_of(after, "alpha-2")
    stages = 20  # pools in which each part is rounded, less than a joule each
    assert abs(parts - energy_of(before, "alpha")) < stages * INTERVALS
    assert abs(energy_of(after, "beta") - energy_of(before, "beta")) < stages * INTERVALS


@LAW
@given(readings(), uses())
def test_i5_an_account_that_touched_nothing_bears_nothing(meters: MeterReadings, use: Use) -> None:
    with_idler = Use(use.period, {node: NodeUse(
        {**of.cpu_used_s, "idler": np.zeros(INTERVALS)}, of.gpu_used_s,
        {**of.cpu_reserved, "idler": np.zeros(INTERVALS)}, of.gpu_reserved) for node, of in use.nodes.items()})
    allocation = settle(SITE, meters, with_idler)
    assert energy_of(allocation, "idler") == 0
    without = settle(SITE, meters, use)
    for account in ACCOUNTS:
        assert energy_of(allocation, account) == energy_of(without, account)


def _reversed(mapping: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return dict(reversed(list(mapping.items())))


@LAW
@given(readings(), uses())
def test_i6_the_order_in_which_things_come_changes_no_joule(meters: MeterReadings, use: Use) -> None:
    shuffled_meters = MeterReadings(PERIOD, _reversed(meters.energy_j), {})
    shuffled_use = Use(PERIOD, {node: NodeUse(
        _reversed(of.cpu_used_s), _reversed(of.gpu_used_s), _reversed(of.cpu_reserved), _reversed(of.gpu_reserved))
        for node, of in reversed(list(use.nodes.items()))})
    one, other = settle(SITE, meters, use), settle(SITE, shuffled_meters, shuffled_use)
    for component in Component:
        assert one.shares[component].holders == other.shares[component].holders
        assert np.array_equal(one.shares[component].energy_j, other.shares[component].energy_j)


@LAW
@given(readings(), uses())
def test_i6_intervals_are_settled_each_by_itself(meters: MeterReadings, use: Use) -> None:
    whole = settle(SITE, meters, use)
    back = slice(None, None, -1)
    turned_meters = MeterReadings(PERIOD, {name: energy_j[back] for name, energy_j in meters.energy_j.items()}, {})
    turned_use = Use(PERIOD, {node: NodeUse(*(
        {account: amount[back] for account, amount in table.items()}
        for table in (of.cpu_used_s, of.gpu_used_s, of.cpu_reserved, of.gpu_reserved)))
        for node, of in use.nodes.items()})
    turned = settle(SITE, turned_meters, turned_use)
    for component in Component:
        assert np.array_equal(whole.shares[component].energy_j, turned.shares[component].energy_j[:, back])


@LAW
@given(st.lists(st.integers(1, 500), min_size=4, max_size=4), st.floats(0, 0.1), st.floats(0, 0.1))
def test_i7_categories_keep_their_order(outlets: list[int], pdu_loss: float, ups_loss: float) -> None:
    a_n1, b_n1, a_n2, b_n3 = outlets
    pdu_a, pdu_b = (a_n1 + a_n2) * (1 + pdu_loss), (b_n1 + b_n3) * (1 + pdu_loss)
    meters = constant_readings(
        PERIOD, o_a_n1=a_n1, o_b_n1=b_n1, o_a_n2=a_n2, o_b_n3=b_n3, ups_a_out=pdu_a, ups_b_out=pdu_b,
        ups_a_in=pdu_a * (1 + ups_loss), ups_b_in=pdu_b * (1 + ups_loss), facility=3000)
    energy_j = it_energy_by_category_j(SITE, settle(SITE, meters, constant_use(PERIOD)).closure)
    # IT energy is greatest at the UPS, so PUE 1 <= PUE 2 <= PUE 3.
    assert energy_j[1] >= energy_j[2] - 2 * INTERVALS
    assert energy_j[2] >= energy_j[3] - 2 * INTERVALS




def test_a_result_that_misses_the_meter_by_one_joule_is_never_made(small: Site) -> None:
    allocation = settle(small, constant_readings(PERIOD), constant_use(PERIOD))
    spoiled = {**allocation.shares, Component.BASE: Shares(
        allocation.shares[Component.BASE].holders, allocation.shares[Component.BASE].energy_j + 0)}
    spoiled[Component.BASE].energy_j[0, 0] += 1
    with pytest.raises(ConservationError, match="do not add up to the facility meter"):
        Allocation(allocation.closure, spoiled)


def test_shares_of_different_holders_are_not_added() -> None:
    one = Shares.none((Holder("a", "z"),), 2)
    with pytest.raises(ValueError, match="different holders"):
        _ = one + Shares.none((Holder("b", "z"),), 2)


def test_rows_of_other_zones_are_zero() -> None:
    shares = Shares((Holder("a", "x"), Holder("a", "y")), np.array([[1, 2], [3, 4]], dtype=np.int64))
    assert shares.in_zones(["y"]).tolist() == [[0, 0], [3, 4]]
