"""The month in memory is what a real Prometheus serves and what exports hold: to the joule, flag and second."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from energy.readings.allow import NOTHING
from energy.readings.exports import Exports
from energy.readings.finding import FindingKind
from energy.readings.meters import MeterReadings, read_meters
from energy.readings.prometheus import Prometheus
from energy.readings.read_telemetry import read_telemetry
from energy.readings.use import read_use
from infra.inventory.load import load_site
from infra.inventory.site import Site
from lab.history.blocks import create_blocks
from lab.history.in_memory import InMemory
from lab.history.openmetrics import write_month
from lab.history.recorded import recorded
from lab.history.server import prometheus_down, prometheus_up
from lab.plant.defects import (
    Defects,
    Dropout,
    Frozen,
    LostClock,
    Repeated,
    Reset,
    Shift,
    Shuffled,
    Skew,
    Span,
    UnitSlip,
    Unwired,
    Wrap,
)
from lab.plant.model import PlantMonth, run
from tests.energy.small import small_site

FILE = Path(__file__).resolve().parents[2] / "energy" / "oracle_site.yaml"
NOON = datetime(2012, 2, 14, 12, 7, 30, tzinfo=UTC)
OFFICE = Span(datetime(2012, 2, 14, 8, 7, tzinfo=UTC), 8)
LATER = Span(datetime(2012, 2, 20, 8, 7, tzinfo=UTC), 8)  # beside a meter that is well, or nothing tells it
MODULUS_WH = 100_000.0
IN_ORDER = Defects((
    Dropout("o-a-air", OFFICE), Frozen("o-b-air", OFFICE), Frozen("o-a-oil", LATER, forgets=True),
    Reset("o-b-oil", NOON), Wrap("o-a-slice", MODULUS_WH), UnitSlip("o-b-slice", OFFICE), Unwired("tank-in", 0.5),
    Shift("ups-a-out", NOON, 1.02), Reset("o-a-dlc", NOON), Dropout("o-a-dlc", OFFICE)))
# what promtool refuses: it comes in exports
OUT_OF_ORDER = Defects((LostClock("o-a-n1", OFFICE), Repeated("o-b-n1"), Shuffled("o-a-n2"), Skew("o-b-n3", NOON, 90)))


@pytest.fixture(scope="module")
def oracle() -> Site:
    return load_site(FILE)


@pytest.fixture(scope="module")
def month(oracle: Site) -> PlantMonth:
    return run(oracle, "2012-02")


@pytest.fixture(scope="module")
def small_month() -> PlantMonth:
    return run(small_site(), "2012-02")


@pytest.fixture(scope="module")
def served(month: PlantMonth, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    folder = tmp_path_factory.mktemp("defects")
    write_month(month, folder / "month.om", defects=IN_ORDER)
    create_blocks(folder / "month.om", folder / "blocks")
    source = Prometheus(prometheus_up(folder, [folder / "blocks"]))
    yield source
    source.close()
    prometheus_down(folder)


def same(short: MeterReadings, long: MeterReadings) -> None:
    """Check that two readings agree in every cell."""
    assert set(short.energy_j) == set(long.energy_j)
    for name, energy_j in short.energy_j.items():
        assert np.array_equal(energy_j, long.energy_j[name]), name
        assert np.array_equal(short.flags_of(name), long.flags_of(name)), name


def parquet(month: PlantMonth, defects: Defects, path: Path) -> Path:
    """Write the meters of a month as an export."""
    rows = [series for series in recorded(month, defects) if "meter" in series.labels]
    counts = [len(series.samples.values) for series in rows]
    pyarrow.parquet.write_table(pa.table({
        "time": pa.array(np.concatenate([series.samples.times_ms for series in rows]), pa.timestamp("ms", tz="UTC")),
        "meter": np.repeat([series.labels["meter"] for series in rows], counts),
        "value": np.concatenate([series.samples.values for series in rows]),
        "unit": np.repeat(["Wh"], sum(counts))}), path)
    return path


def kinds(readings: MeterReadings, meter: str) -> set[FindingKind]:
    return {one.kind for one in readings.findings if one.where == meter}


@pytest.mark.engine
class TestRealPrometheus:
    def test_meters_with_their_defects(self, oracle: Site, month: PlantMonth, served: Prometheus) -> None:
        short = read_meters(InMemory(month, IN_ORDER), oracle, month.period)
        same(short, read_meters(served, oracle, month.period))
        # and the defects are there
        assert kinds(short, "o-a-air") == {FindingKind.GAP}
        assert FindingKind.FROZEN in kinds(short, "o-b-air")
        assert kinds(short, "o-a-oil") == {FindingKind.FROZEN, FindingKind.DERIVED}
        assert FindingKind.RESET in kinds(short, "o-b-oil")
        assert FindingKind.UNIT_SLIP in kinds(short, "o-b-slice")
        assert FindingKind.DERIVED in kinds(short, "o-a-dlc")

    def test_use(self, oracle: Site, month: PlantMonth, served: Prometheus) -> None:
        short, long = (read_use(source, oracle, month.period) for source in (InMemory(month), served))
        assert set(short.nodes) == set(long.nodes)
        for node, use in short.nodes.items():
            for mine, other in zip(vars(use).values(), vars(long.nodes[node]).values(), strict=True):
                assert set(mine) == set(other)
                for account, row in mine.items():
                    assert np.allclose(row, other[account], atol=0.01), (node, account)

    def test_what_boards_nodes_and_zones_tell(self, oracle: Site, month: PlantMonth, served: Prometheus) -> None:
        short, long = (read_telemetry(source, oracle, month.period, NOTHING) for source in (InMemory(month), served))
        assert set(short.boards) == set(long.boards) == {"slice", "mig", "whole"}
        for node, boards in short.boards.items():
            for index, board in boards.items():
                other = long.boards[node][index]
                assert np.array_equal(board.energy_j, other.energy_j)
                assert set(board.claims) == set(other.claims)
                for account, claim in board.claims.items():
                    assert np.allclose(claim.parts, other.claims[account].parts)
                    assert np.allclose(claim.active_s, other.claims[account].active_s, atol=0.05)
        assert set(short.zone_heat_j) == set(long.zone_heat_j) == {"hall-oil", "hall-plates"}
        for zone, heat_j in short.zone_heat_j.items():
            assert np.allclose(heat_j, long.zone_heat_j[zone], rtol=1e-4)
        for node, cores in short.cpu_core_s.items():
            assert np.allclose(cores, long.cpu_core_s[node], atol=0.01)
        assert set(short.fan_j) == set(long.fan_j)


class TestExports:
    def test_what_promtool_refuses(self, small_month: PlantMonth, tmp_path: Path) -> None:
        site = small_month.site
        short = read_meters(InMemory(small_month, OUT_OF_ORDER), site, small_month.period)
        files = [parquet(small_month, OUT_OF_ORDER, tmp_path / "meters.parquet")]
        same(short, read_meters(Exports(files, "small"), site, small_month.period))
        assert {FindingKind.CLOCK, FindingKind.GAP} <= kinds(short, "o-a-n1")
        assert kinds(short, "o-b-n1") == {FindingKind.DUPLICATE}
        assert kinds(short, "o-a-n2") == {FindingKind.OUT_OF_ORDER}

    def test_what_they_cost(self, small_month: PlantMonth) -> None:
        # a lost clock costs nothing in sum; a clock 90 s fast moves at most 90 s of power over each edge
        plain, hurt = (read_meters(InMemory(small_month, defects), small_month.site, small_month.period).energy_j
                       for defects in (Defects(), OUT_OF_ORDER))
        assert plain["o-a-n1"].sum() == hurt["o-a-n1"].sum()
        assert np.array_equal(plain["o-b-n1"], hurt["o-b-n1"])
        assert np.array_equal(plain["o-a-n2"], hurt["o-a-n2"])
        assert abs(int(plain["o-b-n3"].sum() - hurt["o-b-n3"].sum())) <= 90 * 320


class TestSource:
    def test_it_answers_only_what_matches(self, month: PlantMonth) -> None:
        source = InMemory(month)
        span = (0, 1)
        metric = "estran_meter_energy_wh_total"
        assert len(list(source.samples(metric, {"site": "oracle"}, span))) == 29
        assert len(list(source.samples(metric, {"site": "oracle", "meter": "facility"}, span))) == 1
        assert not list(source.samples(metric, {"site": "demo"}, span))
        assert not list(source.samples("estran_other_total", {}, span))
        assert source.take_findings() == ()
        assert not source.may_downsample
        source.close()
        assert not list(source.samples(metric, {}, span))

    def test_short_pods_use_more_than_is_shown(self, oracle: Site, month: PlantMonth) -> None:
        source = InMemory(month)
        shown_s = read_use(source, oracle, month.period).nodes["oil"].cpu_used_s
        counted_s = read_telemetry(source, oracle, month.period, NOTHING).cpu_core_s["oil"]
        unseen = 1 - sum(row.sum() for row in shown_s.values()) / counted_s.sum()
        # pods of 5.3 minutes in the mean lose half a scrape each: some 9 % of their two thirds of the node's work
        assert 0.04 < unseen < 0.10
