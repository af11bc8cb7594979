"""Fixtures of the energy room: the small site, a day, and its settled result."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from energy.allocation.result import Allocation
from energy.allocation.settle import settle
from energy.interval import Period
from infra.inventory.site import Site
from tests.energy.small import constant_readings, constant_use, small_site


@pytest.fixture(scope="session")
def small() -> Site:
    return small_site()


@pytest.fixture(scope="session")
def day() -> Period:
    """One day in UTC: 96 intervals."""
    return Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 6, tzinfo=UTC))


@pytest.fixture
def settled(small: Site, day: Period) -> Allocation:
    """The settled result of the hand-computed day."""
    return settle(small, constant_readings(day), constant_use(day))
