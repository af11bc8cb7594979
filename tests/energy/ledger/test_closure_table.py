"""A day's graph of feeds goes into a table and comes back with the same sums."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from energy.graph.closure import Closure, close
from energy.graph.feeds import feeds_of
from energy.graph.summed import summed_closure
from energy.interval import Period
from energy.ledger.closure_table import closure_from, closure_table
from tests.energy.small import constant_readings, small_site

PERIOD = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 1, tzinfo=UTC))
SITE = small_site()


@pytest.fixture
def closure() -> Closure:
    return close(SITE, constant_readings(PERIOD))


@pytest.fixture
def back(closure: Closure) -> Closure:
    return closure_from(closure_table(closure), feeds_of(SITE), PERIOD)


def test_sums_come_back(closure: Closure, back: Closure) -> None:
    total = summed_closure([closure], PERIOD)
    assert back.facility_j == total.facility_j
    assert back.residual_j == total.residual_j
    assert back.base_load_j == total.base_load_j
    assert back.base_load_quality is total.base_load_quality
    assert back.machines_j == total.machines_j
    assert back.outlets_j == total.outlets_j


def test_each_stage_comes_back(closure: Closure, back: Closure) -> None:
    total = summed_closure([closure], PERIOD)
    assert set(back.stages) == set(total.stages)
    for name, stage in total.stages.items():
        found = back.stages[name]
        assert (found.in_j, found.out_j, found.loss_j, found.residual_j, found.loss_quality) == (
            stage.in_j, stage.out_j, stage.loss_j, stage.residual_j, stage.loss_quality)


def test_an_hour_by_hand(back: Closure) -> None:
    # 700 W for an hour is 700 * 3600 J; UPS A takes 198 W and gives 180 W: 18 W * 3600 s lost.
    assert back.facility_j.tolist() == [700 * 3600]
    assert back.stages["ups-a"].loss_j.tolist() == [18 * 3600]


def test_the_sum_of_two_halves_is_the_whole(closure: Closure) -> None:
    halves = [Period(PERIOD.start, datetime(2012, 3, 5, 0, 30, tzinfo=UTC)),
              Period(datetime(2012, 3, 5, 0, 30, tzinfo=UTC), PERIOD.end)]
    parts = [close(SITE, constant_readings(half)) for half in halves]
    whole = summed_closure([closure], PERIOD)
    both = summed_closure(parts, PERIOD)
    assert both.facility_j == whole.facility_j
    assert both.stages["tr"].loss_j == whole.stages["tr"].loss_j
