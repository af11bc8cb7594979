"""Days added up: sums by hand, holders that come and go, and the interval rows that carbon is weighed on."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.allocation.holders import Holder, Shares
from energy.allocation.result import Component
from energy.closing.kept_day import Beside, KeptDay, Spread
from energy.closing.month_sums import Sums, by_interval, sums_of
from energy.closing.settled_day import DayInputs, settle_day
from energy.interval import Period
from energy.quality import Quality
from energy.readings.names import RESIDUAL
from energy.readings.telemetry import Telemetry
from infra.inventory.site import Site
from tests.energy.small import USED, constant_readings, constant_use

FIRST = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 1, tzinfo=UTC))
SECOND = Period(datetime(2012, 3, 5, 1, tzinfo=UTC), datetime(2012, 3, 5, 3, tzinfo=UTC))
WHOLE = Period(FIRST.start, SECOND.end)
ALONE = {"n1": {"alpha": (3, 0, 5, 0)}, "n2": {"_platform": (1, 0, 2, 0)}, "n3": {"alpha": (2, 0, 5, 0)}}


def day_of(site: Site, period: Period, name: str = "2012-03-05", used: object = USED, **watts: float) -> KeptDay:
    inputs = DayInputs(name, constant_readings(period, **watts), constant_use(period, used), Telemetry(period))
    return settle_day(site, inputs, {})


@pytest.fixture
def two(site: Site) -> list[KeptDay]:
    """An hour in which beta lives on n3, then two hours without it."""
    return [day_of(site, FIRST), day_of(site, SECOND, used=ALONE)]


def energy_of(sums: Sums, account: str) -> int:
    return sum(int(shares.energy_j[row, 0]) for shares in sums.shares.values()
               for row, holder in enumerate(shares.holders) if holder.account == account)


class TestSums:
    def test_three_hours_by_hand(self, two: list[KeptDay]) -> None:
        # 700 W for three hours, 500 W of it at the outlets, 18 W lost in UPS A
        sums = sums_of(two, WHOLE)
        assert sums.closure.facility_j.tolist() == [700 * 3 * 3600]
        assert sums.closure.it_energy_j.tolist() == [500 * 3 * 3600]
        assert sums.closure.stages["ups-a"].loss_j.tolist() == [18 * 3 * 3600]

    def test_lines_add_up_to_the_meter(self, two: list[KeptDay]) -> None:
        sums = sums_of(two, WHOLE)
        assert sum(int(shares.energy_j.sum()) for shares in sums.shares.values()) == 700 * 3 * 3600

    def test_who_comes_later_has_a_row_too(self, two: list[KeptDay]) -> None:
        sums, first = sums_of(two, WHOLE), sums_of(two[:1], FIRST)
        assert energy_of(sums, "beta") == energy_of(first, "beta") > 0
        assert energy_of(sums, "alpha") > energy_of(first, "alpha")

    def test_holders_are_in_the_order_of_their_names(self, two: list[KeptDay]) -> None:
        holders = sums_of(two, WHOLE).shares[Component.IDLE].holders
        assert list(holders) == sorted(holders)

    def test_the_order_of_the_days_changes_no_sum(self, two: list[KeptDay]) -> None:
        one, other = sums_of(two, WHOLE), sums_of(two[::-1], WHOLE)
        for component in Component:
            assert one.shares[component].holders == other.shares[component].holders
            assert one.shares[component].energy_j.tolist() == other.shares[component].energy_j.tolist()

    def test_sums_of_sums_are_the_sums(self, two: list[KeptDay]) -> None:
        parts = [sums_of([two[0]], FIRST), sums_of([two[1]], SECOND)]
        together, at_once = parts[0] + parts[1], sums_of(two, WHOLE)
        assert together.period == WHOLE
        for component in Component:
            assert together.shares[component].energy_j.tolist() == at_once.shares[component].energy_j.tolist()
        assert together.closure.residual_j == at_once.closure.residual_j
        assert together.beside.cooling_by_zone_j == at_once.beside.cooling_by_zone_j
        assert together.spread.free_j.tolist() == at_once.spread.free_j.tolist()

    def test_as_one_settled_interval_it_still_closes(self, two: list[KeptDay]) -> None:
        allocation = sums_of(two, WHOLE).allocation  # its own check would raise
        assert allocation.notes is not None
        assert allocation.notes.cooling.by_zone["air"].tolist() == [52 * 3 * 3600]

    def test_the_least_sure_split_of_a_machine_is_the_periods(self, two: list[KeptDay]) -> None:
        first = two[0].beside
        unsure = Beside(first.fans, first.reserved_mw, first.unseen_j, first.cooling_by_zone_j,
                        {**first.cooling_quality, "crah": Quality.ESTIMATED})
        days = [KeptDay("a", FIRST, two[0].shares, two[0].closure, unsure, two[0].spread), two[1]]
        assert sums_of(days, WHOLE).beside.cooling_quality["crah"] is Quality.ESTIMATED
        assert sums_of(days[::-1], WHOLE).beside.cooling_quality["crah"] is Quality.ESTIMATED


class TestByInterval:
    def test_rows_are_as_long_as_the_days_together(self, two: list[KeptDay]) -> None:
        rows = by_interval(two)
        assert {len(row) for row in (*rows.accounts.values(), *rows.zones.values(), *rows.full_cost.values())} == {12}

    def test_accounts_add_up_to_the_meter_in_each_interval(self, two: list[KeptDay]) -> None:
        rows = by_interval(two)
        assert sum(rows.accounts.values()).tolist() == [700 * 900] * 12
        assert sum(rows.zones.values()).tolist() == [700 * 900] * 12

    def test_zones_have_the_residual_beside_them(self, two: list[KeptDay]) -> None:
        rows = by_interval(two)
        assert set(rows.zones) == {"air", "oil", RESIDUAL}
        assert rows.zones[RESIDUAL].tolist() == rows.accounts[RESIDUAL].tolist() == [7 * 900] * 12

    def test_who_is_not_there_bears_nothing(self, two: list[KeptDay]) -> None:
        beta = by_interval(two).accounts["beta"]
        assert (beta[:4] > 0).all()
        assert not beta[4:].any()

    def test_i8_full_cost_is_whole_in_every_interval(self, two: list[KeptDay]) -> None:
        # tenants are there in each interval, so that nothing of the 700 W stays without a bearer
        assert sum(by_interval(two).full_cost.values()).tolist() == [700 * 900] * 12

    def test_a_tenant_that_holds_nothing_bears_no_share(self, two: list[KeptDay]) -> None:
        rows = by_interval(two)
        assert not rows.full_cost["beta"][4:].any()
        assert (rows.full_cost["alpha"] > rows.accounts["alpha"]).all()


amounts = st.lists(st.integers(0, 10**9), min_size=4, max_size=4)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "c"]), amounts, min_size=1, max_size=3), min_size=1,
                max_size=3))
def test_i6_whatever_the_rows_of_each_day_nothing_is_lost(days: list[dict[str, list[int]]]) -> None:
    from energy.closing.month_sums import _added

    parts = [Shares(tuple(Holder(name, "air") for name in sorted(day)),
                    np.array([day[name] for name in sorted(day)], dtype=np.int64)) for day in days]
    found = _added(parts)
    for name in {name for day in days for name in day}:
        row = found.holders.index(Holder(name, "air"))
        assert int(found.energy_j[row, 0]) == sum(sum(day.get(name, [])) for day in days)


def test_sums_of_nobody_are_an_empty_column() -> None:
    from energy.closing.month_sums import _added

    assert _added([]).energy_j.shape == (0, 1)


def test_spread_of_a_site_without_tenants() -> None:
    from energy.closing.month_sums import _added_spread

    nobody = Spread((), *(np.zeros((0, 4), dtype=np.int64) for _part in range(3)))
    assert _added_spread([nobody]).tenants == ()
