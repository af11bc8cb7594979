"""A settled day as it is kept: what it holds, and that a lost joule is noticed."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import numpy as np
import pytest

from energy.allocation.full_cost import full_cost
from energy.allocation.holders import Shares
from energy.allocation.result import Component
from energy.allocation.settle import settle
from energy.closing.kept_day import KeptDay, kept_day
from energy.errors import ConservationError
from energy.interval import Period
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use

HOUR = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 1, tzinfo=UTC))


@pytest.fixture
def day(site: Site) -> KeptDay:
    allocation = settle(site, constant_readings(HOUR), constant_use(HOUR))
    return kept_day("2012-03-05", allocation, full_cost(site, allocation, constant_use(HOUR)))


def test_shares_go_by_interval_everything_else_is_a_sum(day: KeptDay) -> None:
    assert day.shares[Component.IDLE].energy_j.shape[1] == 4
    assert day.closure.facility_j.tolist() == [700 * 3600]
    assert day.beside.cooling_by_zone_j == {"air": 52 * 3600, "oil": 24 * 3600}


def test_what_the_full_cost_view_moves_is_what_is_nobodys(day: KeptDay) -> None:
    # by hand (tests/energy/test_hand_computed.py): _free bears 114.975 W, _platform 88.2 W, _residual 7 W
    moved = {"free": day.spread.free_j, "platform": day.spread.platform_j, "residual": day.spread.residual_j}
    watts = {name: int(rows.sum()) / 3600 for name, rows in moved.items()}
    assert watts == pytest.approx({"free": 114.975, "platform": 88.2, "residual": 7}, abs=0.01)


def test_a_joule_more_at_the_meter_is_noticed(day: KeptDay) -> None:
    closure = dataclasses.replace(day.closure, facility_j=day.closure.facility_j + 1)
    with pytest.raises(ConservationError, match="the lines of 2012-03-05 do not add up to the facility meter"):
        dataclasses.replace(day, closure=closure)


def test_a_joule_less_on_a_line_is_noticed(day: KeptDay) -> None:
    shares = day.shares[Component.LOSS]
    fewer = shares.energy_j.copy()
    fewer[0, 2] -= 1
    with pytest.raises(ConservationError, match="2012-03-05"):
        dataclasses.replace(day, shares={**day.shares, Component.LOSS: Shares(shares.holders, fewer)})


def test_a_joule_moved_between_lines_is_not_for_the_sum_to_notice(day: KeptDay) -> None:
    shares = day.shares[Component.LOSS]
    moved = shares.energy_j.copy()
    moved[0, 2] -= 1
    moved[1, 2] += 1
    other = dataclasses.replace(day, shares={**day.shares, Component.LOSS: Shares(shares.holders, moved)})
    assert not np.array_equal(other.shares[Component.LOSS].energy_j, shares.energy_j)  # the replay finds it


def test_a_day_without_its_notes_is_no_settled_day(site: Site) -> None:
    allocation = settle(site, constant_readings(HOUR), constant_use(HOUR))
    bare = dataclasses.replace(allocation, notes=None)
    with pytest.raises(ValueError, match="a settled day has its notes"):
        kept_day("2012-03-05", bare, full_cost(site, allocation, constant_use(HOUR)))
