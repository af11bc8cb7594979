"""Hourly matching, worked by hand: m(h) = min(load(h), instrument(h)), the rest at the residual mix."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.carbon.factor_register import Factor
from energy.carbon.instrument_flow import flow_j
from energy.carbon.market import market_book
from energy.carbon.statement import Book
from energy.interval import Period
from energy.units import J_PER_KWH, Joules
from infra.inventory.carbon import Instrument
from tests.energy.carbon.made import START, from_grid, hours, kwh_each_hour

PARIS = ZoneInfo("Europe/Paris")
RESIDUAL = Factor("mix", "residual", "FR", "gCO2e/kWh", Decimal(100), "p", "l", "2012", "s", date(2012, 1, 1),
                  date(2013, 1, 1))


def instrument(**changes: Any) -> Instrument:
    """Return 24 MWh over the 24 hours of 5 March in Paris, flat: 1 MWh an hour, certified; `changes` on top."""
    facts = {"kind": "ppa", "technology": "wind", "volume_kwh": 24_000, "since": "2012-03-05", "until": "2012-03-06",
             "retired": "2012-04-01", "certificates": ["A-1..A-24"], **changes}
    return Instrument.model_validate(facts)


def book(lines: dict[str, Joules], *instruments: Instrument, count: int = 2, grid: str = "FR") -> Book:
    named = {f"i{number}": each for number, each in enumerate(instruments)}
    return market_book(from_grid(**lines), hours(count), named, RESIDUAL, grid, PARIS)


class TestMatching:
    def test_nothing_bought_is_all_residual(self) -> None:
        # 2 kWh x 100 g.
        assert book({"a": kwh_each_hour(1, 1)}).grams("a") == 200.0

    def test_what_is_covered_weighs_nothing(self) -> None:
        # The instrument gives 1,000 kWh an hour; a takes 1 and 2.
        assert book({"a": kwh_each_hour(1, 2)}, instrument()).grams("a") == 0.0

    def test_by_the_hour_not_by_the_day(self) -> None:
        # 24 kWh over 24 hours are 1 kWh an hour; certified as far as 24 kWh of its 1 certificate.
        # Hour 1: load 3, matched 1, rest 2. Hour 2: load 0, the instrument's 1 kWh is lost. 2 kWh x 100 g = 200 g;
        # matched over the day it would be 100 g. Turns red when the minimum is taken over the period.
        small = instrument(volume_kwh=24, certificates=["A-1"])
        result = book({"a": kwh_each_hour(3, 0)}, small)
        assert result.grams("a") == 200.0
        [lost] = [str(remark) for remark in result.remarks]
        assert lost == "instrument 'i0': 1 kWh of the period met no load in their hour and are lost"

    def test_inside_an_hour_quarters_count_together(self) -> None:
        # 4 kWh in the first quarter, none after: the hour's load is 4, the instrument's hour 1 kWh: 3 kWh are left.
        load = np.array([4 * J_PER_KWH, 0, 0, 0], dtype=np.int64)
        assert book({"a": load}, instrument(volume_kwh=24, certificates=["A-1"]), count=1).grams("a") == 300.0

    def test_a_tenants_own_part_serves_it_alone(self) -> None:
        # 24 kWh, all of them a's: 1 kWh an hour. a takes 2 an hour -> 1 left each; b takes 1 an hour, nothing covered.
        own = instrument(volume_kwh=24, certificates=["A-1"], tenants={"a": 24})
        result = book({"a": kwh_each_hour(2, 2), "b": kwh_each_hour(1, 1)}, own)
        assert (result.grams("a"), result.grams("b")) == (200.0, 200.0)

    def test_what_no_tenant_holds_serves_every_line_by_what_is_left(self) -> None:
        # 48 kWh, half of them a's. Hour: a takes 2, its own 1 covers 1, left 1. b takes 3.
        # The other 1 kWh goes by what is left, 1 : 3 -> 0.25 and 0.75. Left: a 0.75, b 2.25 -> 75 g and 225 g an hour.
        shared = instrument(volume_kwh=48, certificates=["A-1"], tenants={"a": 24})
        result = book({"a": kwh_each_hour(2, 2), "b": kwh_each_hour(3, 3)}, shared)
        assert (result.grams("a"), result.grams("b")) == (150.0, 450.0)
        assert result.total_grams == 600.0

    def test_an_instrument_with_a_rate_of_its_own(self) -> None:
        # 1 kWh an hour at 12 g, the second at 100 g: 112 g an hour.
        own = instrument(volume_kwh=24, certificates=["A-1"], gco2e_per_kwh=12)
        assert book({"a": kwh_each_hour(2, 2)}, own).grams("a") == 224.0

    def test_a_residual_line_below_zero_takes_no_instrument(self) -> None:
        result = book({"a": kwh_each_hour(2, 2), "_residual": -kwh_each_hour(1, 1)}, instrument())
        assert (result.grams("a"), result.grams("_residual")) == (0.0, -200.0)

    def test_rows_used_name_the_instrument(self) -> None:
        uses = {use.id: use for use in book({"a": kwh_each_hour(1, 1)}, instrument()).factors}
        assert uses["mix"].value == 100.0
        assert uses["i0"].scope == "ppa, wind"
        assert not uses["i0"].verified


class TestWhatDoesNotCount:
    def test_a_ppa_whose_guarantees_are_not_retired(self) -> None:
        # Delegated Regulation (EU) 2024/1364, Annex II: the amount is taken off. Turns red without `retired`.
        result = book({"a": kwh_each_hour(1, 1)}, instrument(retired=None))
        assert result.grams("a") == 200.0
        assert str(result.remarks[0]) == (
            "instrument 'i0': 24000 kWh of 24000 kWh have no retired guarantee and do not count")

    def test_only_as_many_megawatt_hours_as_certificates(self) -> None:
        # 12 certificates for 24 MWh: 0.5 MWh an hour. Load 1 MWh an hour: 0.5 left, 50 kg each hour.
        result = book({"a": kwh_each_hour(1000, 1000)}, instrument(certificates=["A-1..A-12"]))
        assert result.grams("a") == 100_000.0
        assert "12000 kWh of 24000 kWh" in str(result.remarks[0])

    def test_a_tenants_part_shrinks_with_the_certificates(self) -> None:
        # 24 MWh with 12 certificates: a's 24,000 kWh become 12,000, 500 an hour.
        own = instrument(certificates=["A-1..A-12"], tenants={"a": 24_000})
        assert book({"a": kwh_each_hour(600, 600)}, own).grams("a") == 20_000.0

    def test_another_grid(self) -> None:
        result = book({"a": kwh_each_hour(1, 1)}, instrument(grid="NO"))
        assert result.grams("a") == 200.0
        assert str(result.remarks[0]) == "instrument 'i0' is of grid NO: it can't be delivered on FR"

    def test_before_and_after_its_days(self) -> None:
        later = instrument(since="2012-03-06", until="2012-03-07")
        result = book({"a": kwh_each_hour(1, 1)}, later)
        assert result.grams("a") == 200.0
        assert [use.id for use in result.factors] == ["mix"]


class TestFlow:
    DAY = Period(datetime(2012, 3, 4, 23, tzinfo=UTC), datetime(2012, 3, 5, 23, tzinfo=UTC))

    def test_flat(self) -> None:
        assert set(flow_j(96, instrument(), self.DAY, PARIS).tolist()) == {J_PER_KWH}

    def test_by_local_hour(self) -> None:
        # All of it between 12:00 and 13:00 in Paris, which is 11:00 in UTC: quarters 48 to 51 of the local day.
        noon = instrument(hours=[1 if hour == 12 else 0 for hour in range(24)])
        flow = flow_j(4, noon, self.DAY, PARIS)
        assert flow[48:52].tolist() == [J_PER_KWH] * 4
        assert flow.sum() == 4 * J_PER_KWH

    @given(st.integers(1, 10**9), st.integers(0, 95))
    @settings(max_examples=40)
    def test_parts_of_a_day_add_up_to_the_volume(self, volume_kwh: int, cut: int) -> None:
        edges = [self.DAY.start, self.DAY.start_of(cut + 1), self.DAY.end]
        parts = [Period(first, last) for first, last in pairwise(edges) if first < last]
        flows = [int(flow_j(volume_kwh, instrument(), part, PARIS).sum()) for part in parts]
        assert sum(flows) == volume_kwh * J_PER_KWH

    def test_over_a_change_of_hour(self) -> None:
        # 25 March has 23 hours: its 92 quarters share the volume.
        spring = instrument(since="2012-03-25", until="2012-03-26")
        day = Period(datetime(2012, 3, 24, 23, tzinfo=UTC), datetime(2012, 3, 25, 22, tzinfo=UTC))
        assert flow_j(92, spring, day, PARIS).tolist() == [J_PER_KWH] * 92


@given(st.lists(st.lists(st.integers(-5, 2000), min_size=3, max_size=3), min_size=1, max_size=4),
       st.integers(1, 60_000), st.integers(0, 20))
@settings(max_examples=60, deadline=None)
def test_lines_add_up_and_nothing_is_covered_twice(loads: list[list[int]], volume_kwh: int, certificates: int) -> None:
    lines = {f"l{number}": kwh_each_hour(*load) for number, load in enumerate(loads)}
    bought = instrument(volume_kwh=volume_kwh, certificates=[f"A-1..A-{certificates}"] if certificates else [],
                        tenants={"l0": volume_kwh // 3})
    result = book(lines, bought, count=3)
    assert sum(result.quanta.values()) == result.total_quanta
    for name, load in lines.items():
        least, most = int(np.minimum(load, 0).sum()), int(np.maximum(load, 0).sum())
        assert least * 100_000 <= result.quanta[name] <= most * 100_000


@pytest.mark.parametrize("offset", [0, 1, 2, 3])
def test_hours_are_clock_hours_wherever_the_period_begins(offset: int) -> None:
    # Quarters before the next full hour are an hour of their own: the whole day of 1 kWh an hour covers 0.25 a quarter.
    period = Period(hours(24).start_of(offset), hours(24).start_of(offset + 4))
    lines = from_grid(a=np.full(4, J_PER_KWH // 2, dtype=np.int64))
    one = instrument(volume_kwh=24, certificates=["A-1"])
    result = market_book(lines, period, {"i": one}, RESIDUAL, "FR", PARIS)
    # 2 kWh of load, 1 kWh covered in quarters of 0.25: 1 kWh x 100 g is left.
    assert result.grams("a") == pytest.approx(100.0)
    assert period.start >= START
