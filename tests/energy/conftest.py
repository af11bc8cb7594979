"""Fixtures of the energy room: the small site, a day, and its settled result."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from energy.allocation.result import Allocation
from energy.allocation.settle import settle
from energy.interval import Period
from energy.readings.prometheus import Prometheus
from energy.report.build import month_report
from energy.report.lines import EnergyReport
from infra.inventory.site import Site
from lab.history.blocks import History, prepare
from lab.history.server import prometheus_down, prometheus_up
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


@pytest.fixture(scope="session")
def demo_history(demo: Site, tmp_path_factory: pytest.TempPathFactory) -> History:
    """March 2012 of the demo site: made once in a run, whoever asks."""
    return prepare(demo, "2012-03", keep_in=tmp_path_factory.getbasetemp() / "history")


@pytest.fixture(scope="session")
def demo_url(demo_history: History, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Prometheus that serves that month."""
    state = tmp_path_factory.mktemp("prometheus")
    yield prometheus_up(state, [demo_history.blocks_dir])
    prometheus_down(state)


@pytest.fixture(scope="session")
def demo_report(demo: Site, demo_url: str) -> EnergyReport:
    """The demo site's report of March 2012, by tenant."""
    source = Prometheus(demo_url)
    try:
        return month_report(demo, "2012-03", source)
    finally:
        source.close()
