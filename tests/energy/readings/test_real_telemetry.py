"""Boards, CPU counters, fans and flows read from a real Prometheus, through the whole settlement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from energy.allocation.compute_energy import compute_energy
from energy.allocation.result import Component
from energy.allocation.settle import settle
from energy.errors import MissingDataError
from energy.interval import SETTLEMENT_S, Period
from energy.readings.allow import Allow
from energy.readings.finding import FindingKind
from energy.readings.prometheus import Prometheus
from energy.readings.read_telemetry import (
    BOARD_ENERGY,
    NODE_CPU,
    NODE_FANS,
    SLICE_ACTIVE,
    SLICE_HELD,
    ZONE_FLOW,
    ZONE_RETURN,
    ZONE_SUPPLY,
    read_telemetry,
)
from energy.readings.telemetry import Telemetry
from infra.inventory.site import Site
from lab.history.server import prometheus_down
from tests.energy.engine import Serve, serve
from tests.energy.small import constant_readings, constant_use, mean_w

pytestmark = pytest.mark.engine

START = datetime(2012, 3, 5, tzinfo=UTC)
HOUR = Period(START, START + timedelta(hours=1))
FIRST = int(START.timestamp())
MOMENTS = range(FIRST - 60, FIRST + 3601, 60)
HOLDER = 'namespace="beta-ia",tenant="beta",pod="p-1"'


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Serve]:
    """Serve a text from a real Prometheus; it is stopped with the test."""
    yield lambda text: serve(text, tmp_path)
    prometheus_down(tmp_path)


def counters(metric: str, *rows: tuple[str, float]) -> str:
    """Return (labels, gain per second) as OpenMetrics counters, from a minute before the period."""
    lines = [f"# TYPE {metric.removesuffix('_total')} counter"]
    for labels, per_s in rows:
        lines += [f'{metric}{{site="small",{labels}}} {1000 + per_s * (moment - FIRST)} {moment}' for moment in MOMENTS]
    return "\n".join(lines) + "\n"


def gauges(metric: str, *rows: tuple[str, float]) -> str:
    lines = [f"# TYPE {metric} gauge"]
    for labels, value in rows:
        lines += [f'{metric}{{site="small",{labels}}} {value} {moment}' for moment in MOMENTS]
    return "\n".join(lines) + "\n"


def read(url: str, site: Site) -> Telemetry:
    source = Prometheus(url)
    try:
        return read_telemetry(source, site, HOUR, Allow())
    finally:
        source.close()


def test_boards_that_every_pod_repeats_count_once(small: Site, served: Serve) -> None:
    # board 0 draws 60 W and is shown by two pods; board 1 draws 10 W
    rows = (('node="n3",gpu="0",pod="a"', 60.0), ('node="n3",gpu="0",pod="b"', 60.0), ('node="n3",gpu="1"', 10.0))
    held = f'node="n3",gpu="0",{HOLDER}'
    found = read(served(counters(BOARD_ENERGY, *rows) + counters(SLICE_ACTIVE, (held, 0.5)) + gauges(
        SLICE_HELD, (held, 1.0))), small)
    assert found.boards["n3"]["0"].energy_j.tolist() == [60 * SETTLEMENT_S] * 4
    assert [finding.kind for finding in found.findings] == [FindingKind.DUPLICATE]
    assert found.boards["n3"]["0"].claims["beta"].active_s.tolist() == pytest.approx([450] * 4)
    # n3 draws 240 W: boards 70, host 170 = 100 at rest + 70 above. beta's board: 10 at rest, 50 above.
    allocation = settle(small, constant_readings(HOUR), constant_use(HOUR), telemetry=found)
    assert mean_w(allocation, "beta", Component.DYNAMIC, "oil") == pytest.approx(50, abs=0.01)
    assert mean_w(allocation, "beta", Component.IDLE, "oil") == pytest.approx(10, abs=0.01)
    # above the host's rest only alpha's cores worked: 70 W
    assert mean_w(allocation, "alpha", Component.DYNAMIC, "oil") == pytest.approx(70, abs=0.01)
    assert mean_w(allocation, "_free", Component.IDLE, "oil") == pytest.approx(50 + 10, abs=0.01)


def test_what_nodes_say_of_themselves(small: Site, served: Serve) -> None:
    found = read(served(counters(NODE_CPU, ('node="n1"', 5.0)) + counters(NODE_FANS, ('node="n1"', 20.0))), small)
    assert found.cpu_core_s["n1"].tolist() == pytest.approx([5 * SETTLEMENT_S] * 4)
    assert found.fan_j["n1"].tolist() == [20 * SETTLEMENT_S] * 4
    allocation = settle(small, constant_readings(HOUR), constant_use(HOUR), telemetry=found)
    assert allocation.notes is not None
    # pods' series show 4 of 5 cores: a fifth of n1's 100 W above rest is unseen
    assert allocation.notes.unseen_j.sum() / 3600 == pytest.approx(20, abs=0.01)
    # alpha has 50 W of rest, 60 of its own cores, and 20 W unseen by 5 : 2.5 of the reserved cores
    alpha_w = 50 + 60 + 20 * 5 / 7.5
    assert mean_w(allocation, "alpha", Component.DYNAMIC, "air") == pytest.approx(alpha_w - 50, abs=0.01)
    assert compute_energy(allocation)["alpha"].fan_j / 3600 == pytest.approx(20 * alpha_w / 200, abs=0.01)


def test_flow_and_temperatures_of_a_zone(small: Site, served: Serve) -> None:
    text = gauges(ZONE_FLOW, ('zone="oil"', 0.02)) + gauges(ZONE_SUPPLY, ('zone="oil"', 30.0)) + gauges(
        ZONE_RETURN, ('zone="oil"', 33.0))
    # water: 992.2 x 4179 x 0.00002 x 3 = 248.8 W
    heat_w = read(served(text), small).zone_heat_j["oil"] / SETTLEMENT_S
    assert heat_w.tolist() == pytest.approx([248.78] * 4, abs=0.01)


def test_a_board_that_appears_in_the_middle_is_refused(small: Site, served: Serve) -> None:
    late = [line for line in counters(BOARD_ENERGY, ('node="n3",gpu="0"', 60.0)).splitlines()
            if line.startswith("#") or int(line.split()[-1]) >= FIRST + 1800]
    with pytest.raises(MissingDataError, match="board n3/0 has no reading at"):
        read(served("\n".join(late) + "\n"), small)


def test_a_site_that_records_nothing_of_it_closes_as_before(small: Site, served: Serve) -> None:
    found = read(served(counters("estran_other_total", ('node="n1"', 1.0))), small)
    before = settle(small, constant_readings(HOUR), constant_use(HOUR))
    after = settle(small, constant_readings(HOUR), constant_use(HOUR), telemetry=found)
    assert all(np.array_equal(before.shares[part].energy_j, after.shares[part].energy_j) for part in Component)
