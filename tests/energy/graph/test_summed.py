"""Closures cut and added up: the parts are the whole, and the least sure quality is the sum's."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.graph.closure import Closure, close
from energy.graph.stage import Stage
from energy.graph.summed import closure_part, summed_closure
from energy.interval import SETTLEMENT_S, Period
from energy.quality import Quality
from energy.readings.meters import MeterReadings
from energy.readings.part import part_of
from tests.energy.small import WATTS, constant_readings, small_site

START = datetime(2012, 3, 5, tzinfo=UTC)
COUNT = 8
PERIOD = Period(START, START + timedelta(seconds=SETTLEMENT_S * COUNT))
SITE = small_site()


def period(first: int, last: int) -> Period:
    return Period(START + timedelta(seconds=SETTLEMENT_S * first), START + timedelta(seconds=SETTLEMENT_S * last))


def energies(closure: Closure) -> dict[str, list[int]]:
    """Return every series of a closure by a name, as lists."""
    found = {name: getattr(closure, name).tolist() for name in ("facility_j", "generated_j", "base_load_j",
                                                                "residual_j")}
    found |= {f"outlet {name}": row.tolist() for name, row in closure.outlets_j.items()}
    found |= {f"machine {name}": row.tolist() for name, row in closure.machines_j.items()}
    for name, stage in closure.stages.items():
        found |= {f"{name} {field.name}": getattr(stage, field.name).tolist() for field in dataclasses.fields(Stage)
                  if field.name.endswith("_j")}
    return found


@st.composite
def closures(draw: st.DrawFn) -> Closure:
    rows = {name: np.array(draw(st.lists(st.integers(0, 10**6), min_size=COUNT, max_size=COUNT)), dtype=np.int64)
            for name in WATTS}
    return close(SITE, MeterReadings(PERIOD, rows))


@settings(max_examples=25, deadline=None)
@given(closures(), st.integers(1, COUNT - 1))
def test_two_parts_add_up_to_the_whole(closure: Closure, cut: int) -> None:
    halves = [closure_part(closure, part, part_of(PERIOD, part)) for part in (period(0, cut), period(cut, COUNT))]
    assert energies(summed_closure(halves, PERIOD)) == energies(summed_closure([closure], PERIOD))


@settings(max_examples=25, deadline=None)
@given(closures())
def test_i1_a_sum_of_closures_closes_too(closure: Closure) -> None:
    total = summed_closure([closure, closure], PERIOD)
    parts_j = total.it_energy_j + total.base_load_j + total.residual_j
    parts_j = parts_j + sum(total.machines_j.values()) + sum(stage.loss_j for stage in total.stages.values())
    assert parts_j.tolist() == total.facility_j.tolist()


@settings(max_examples=25, deadline=None)
@given(closures())
def test_every_stage_keeps_its_own_balance(closure: Closure) -> None:
    for name, stage in summed_closure([closure], PERIOD).stages.items():
        whole = closure.stages[name]
        drawn_j = int((whole.in_j - whole.loss_j - whole.residual_j).sum())
        assert int(stage.in_j[0]) == drawn_j + int(stage.loss_j[0]) + int(stage.residual_j[0])


def test_a_part_is_a_view_of_its_intervals() -> None:
    closure = close(SITE, constant_readings(PERIOD))
    part = closure_part(closure, period(2, 5), slice(2, 5))
    assert part.period.count == 3
    assert part.facility_j.tolist() == [700 * 900] * 3
    assert np.shares_memory(part.facility_j, closure.facility_j)


def test_an_hour_of_constant_watts_by_hand() -> None:
    total = summed_closure([close(SITE, constant_readings(period(0, 4)))], period(0, 4))
    # 700 W, of which 18 W stay in UPS A and 16 W in UPS B; transformer 5 % of what leaves it
    assert total.facility_j.tolist() == [700 * 3600]
    assert total.stages["ups-a"].loss_j.tolist() == [18 * 3600]
    assert total.stages["ups-b"].loss_j.tolist() == [16 * 3600]
    assert total.stages["tr"].loss_j.tolist() == [33 * 3600]  # 198 + 336 + 126 = 660 W


@pytest.mark.parametrize(("qualities", "worst"), [
    ((Quality.MEASURED, Quality.DERIVED), Quality.DERIVED), ((Quality.DECLARED, Quality.DERIVED), Quality.DECLARED),
    ((Quality.ESTIMATED, Quality.MEASURED), Quality.ESTIMATED)])
def test_the_least_sure_quality_is_the_sums(qualities: tuple[Quality, Quality], worst: Quality) -> None:
    closure = close(SITE, constant_readings(PERIOD))
    parts = [dataclasses.replace(closure, base_load_quality=quality, stages={
        name: dataclasses.replace(stage, loss_quality=quality) for name, stage in closure.stages.items()})
        for quality in qualities]
    total = summed_closure(parts, PERIOD)
    assert total.base_load_quality is worst
    assert {stage.loss_quality for stage in total.stages.values()} == {worst}


def test_sums_do_not_overflow_32_bits() -> None:
    closure = close(SITE, constant_readings(PERIOD, facility=4_000_000))
    total = summed_closure([closure] * 50, PERIOD)
    assert int(total.facility_j[0]) == 4_000_000 * 900 * COUNT * 50
