"""One hurt history, three ways: Prometheus, CSV and Parquet close it to the same joules, flags and findings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from energy.interval import Period
from energy.readings.connection import Access
from energy.readings.exports import Exports
from energy.readings.flags import Flag
from energy.readings.meters import MeterReadings, read_meters
from energy.readings.prometheus import Prometheus
from infra.inventory.site import Site
from lab.history.server import prometheus_down
from tests.energy.engine import Registers, meters_text, registers, serve
from tests.energy.readings.test_exports import csv, iso
from tests.energy.small import WATTS

pytestmark = pytest.mark.engine

# Half a day across the spring change of hour in Paris (25 March 2012, 1:00 UTC).
START = datetime(2012, 3, 24, 22, tzinfo=UTC)
PERIOD = Period(START, START + timedelta(hours=12))
FIRST = int(START.timestamp())


def hurt() -> Registers:
    """Return registers with a hole, a reset, a frozen outlet, wild values, and a meter that ends early."""
    values = registers(PERIOD, WATTS)

    def minute(moment: int) -> float:
        return (moment - FIRST) / 60

    values["crah-in"] = [row for row in values["crah-in"] if not 60 < minute(row[0]) < 130]
    values["plant"] = [(moment, value if minute(moment) < 100 else round(126 * (minute(moment) - 99) / 60, 6))
                       for moment, value in values["plant"]]
    stuck = values["o-a-n1"][200][1]
    values["o-a-n1"] = [(moment, stuck if 200 <= minute(moment) < 320 else value)
                        for moment, value in values["o-a-n1"]]
    values["ups-a-out"][90] = (values["ups-a-out"][90][0], float("nan"))
    values["ups-b-out"][45] = (values["ups-b-out"][45][0], 9e9)
    values["o-a-n2"] = [row for row in values["o-a-n2"] if minute(row[0]) <= 600]
    return values


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("same-month")
    yield serve(meters_text(hurt()), folder)
    prometheus_down(folder)


@pytest.fixture(scope="module")
def from_csv(small: Site, tmp_path_factory: pytest.TempPathFactory) -> MeterReadings:
    return read_meters(Exports([csv(tmp_path_factory.mktemp("csv"), hurt())], "small"), small, PERIOD)


def told(readings: MeterReadings) -> list[tuple[str, str, object]]:
    return sorted((one.where, str(one), one.first) for one in readings.findings)


def assert_same(found: MeterReadings, other: MeterReadings) -> None:
    assert {name: row.tolist() for name, row in found.energy_j.items()} == {
        name: row.tolist() for name, row in other.energy_j.items()}
    assert {name: row.tolist() for name, row in found.flags.items()} == {
        name: row.tolist() for name, row in other.flags.items()}
    assert told(found) == told(other)


def test_every_defect_was_met(from_csv: MeterReadings) -> None:
    # else the comparisons below would compare little
    kinds = {one.kind.value for one in from_csv.findings}
    assert kinds >= {"gap", "reset", "frozen", "not-a-number", "nameplate", "derived"}
    assert {Flag(int(flag)) for row in from_csv.flags.values() for flag in row} == {
        Flag.MEASURED, Flag.BRIDGED, Flag.DERIVED}
    assert from_csv.energy_j["crah-in"].sum() == 48 * 52 * 900


@pytest.mark.parametrize("access", [Access(), Access(remote_read=False)])
def test_prometheus_says_what_the_csv_says(small: Site, url: str, from_csv: MeterReadings, access: Access) -> None:
    source = Prometheus(url, access)
    try:
        assert_same(read_meters(source, small, PERIOD), from_csv)
    finally:
        source.close()


@pytest.mark.parametrize("zone_h", [1, 2])
def test_parquet_in_any_offset_says_it_too(small: Site, from_csv: MeterReadings, tmp_path: Path, zone_h: int) -> None:
    rows = [(moment, name, value) for name, samples in hurt().items() for moment, value in samples]
    file = tmp_path / "m.parquet"
    pa.parquet.write_table(pa.table({
        "time": [iso(moment, zone_h) for moment, _, _ in rows], "meter": [name for _, name, _ in rows],
        "value": [value for _, _, value in rows], "unit": ["Wh"] * len(rows)}), file, row_group_size=700)
    assert_same(read_meters(Exports([file], "small"), small, PERIOD), from_csv)


def test_a_history_in_two_files_of_two_kinds(small: Site, from_csv: MeterReadings, tmp_path: Path) -> None:
    values = hurt()
    first = csv(tmp_path, {name: values[name] for name in sorted(values)[:6]}, name="a.csv")
    rows = [(moment, name, value) for name in sorted(values)[6:] for moment, value in values[name]]
    second = tmp_path / "b.parquet"
    pa.parquet.write_table(pa.table({
        "time": pa.array([moment for moment, _, _ in rows], pa.timestamp("s", tz="Europe/Paris")),
        "meter": [name for _, name, _ in rows], "value": [value for _, _, value in rows],
        "unit": ["Wh"] * len(rows)}), second)
    assert_same(read_meters(Exports([first, second], "small"), small, PERIOD), from_csv)
