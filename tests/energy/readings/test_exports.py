"""Meter exports: CSV and Parquet close a month as a Prometheus does; bad rows are named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from energy.errors import EnergyError, MissingDataError
from energy.interval import Period
from energy.readings.allow import allow
from energy.readings.exports import Exports
from energy.readings.finding import FindingKind
from energy.readings.meters import read_meters
from energy.readings.names import CPU_RESERVED, CPU_USED
from energy.readings.use import read_use
from infra.inventory.site import Site
from tests.energy.engine import Registers, interval_j, registers
from tests.energy.small import WATTS

START = datetime(2012, 3, 5, tzinfo=UTC)
TWO_HOURS = Period(START, START + timedelta(hours=2))
FIRST = int(START.timestamp())


def iso(moment: int, zone_h: int = 0) -> str:
    local = datetime.fromtimestamp(moment, UTC) + timedelta(hours=zone_h)
    return local.strftime("%Y-%m-%dT%H:%M:%S") + (f"+{zone_h:02}:00" if zone_h else "Z")


def csv(folder: Path, values: Registers, zone_h: int = 0, name: str = "meters.csv") -> Path:
    file = folder / name
    rows = [f"{iso(moment, zone_h)},{meter},{value},Wh" for meter, samples in values.items()
            for moment, value in samples]
    file.write_text("\n".join(["time,meter,value,unit", *rows]) + "\n", "utf-8")
    return file


def use_csv(folder: Path) -> Path:
    rows = []
    for moment in range(FIRST, FIRST + 7201, 300):
        for node, namespace, tenant, busy, cores in (("n1", "alpha-web", "alpha", 3.0, 5.0),
                                                     ("n2", "kube-system", "", 1.0, 2.0)):
            rows += [f"{iso(moment)},{node},{namespace},{tenant},{CPU_USED},{busy * (moment - FIRST)}",
                     f"{iso(moment)},{node},{namespace},{tenant},{CPU_RESERVED},{cores}"]
    file = folder / "use.csv"
    file.write_text("\n".join(["time,node,namespace,tenant,metric,value", *rows]) + "\n", "utf-8")
    return file


@pytest.fixture
def whole() -> Registers:
    return registers(TWO_HOURS, WATTS)


def assert_whole(source: Exports, small: Site) -> None:
    readings = read_meters(source, small, TWO_HOURS)
    for name, power_w in WATTS.items():
        assert readings.energy_j[name].tolist() == [interval_j(power_w)] * 8
    assert readings.findings == ()


class TestGood:
    @pytest.mark.parametrize("zone_h", [0, 1])
    def test_csv(self, small: Site, whole: Registers, tmp_path: Path, zone_h: int) -> None:
        assert_whole(Exports([csv(tmp_path, whole, zone_h)], "small"), small)

    @pytest.mark.parametrize("as_text", [True, False])
    def test_parquet(self, small: Site, whole: Registers, tmp_path: Path, as_text: bool) -> None:
        rows = [(moment, meter, value) for meter, samples in whole.items() for moment, value in samples]
        moments = [iso(moment) for moment, _, _ in rows] if as_text else \
            pa.array([moment for moment, _, _ in rows], pa.timestamp("s", tz="Europe/Paris"))
        file = tmp_path / "meters.parquet"
        pa.parquet.write_table(pa.table({
            "time": moments, "meter": [meter for _, meter, _ in rows], "value": [value for _, _, value in rows],
            "unit": ["Wh"] * len(rows)}), file, row_group_size=500)
        assert_whole(Exports([file], "small"), small)

    def test_two_files_and_rows_in_any_order(self, small: Site, whole: Registers, tmp_path: Path) -> None:
        names = sorted(whole)
        first = csv(tmp_path, {name: whole[name][::-1] for name in names[:5]}, name="a.csv")
        second = csv(tmp_path, {name: whole[name] for name in names[5:]}, name="b.csv")
        readings = read_meters(Exports([first, second], "small"), small, TWO_HOURS)
        assert readings.energy_j["facility"].tolist() == [interval_j(700)] * 8
        assert {one.kind for one in readings.findings} == {FindingKind.OUT_OF_ORDER}

    def test_a_quarter_hour_export_is_not_thinned_out(self, small: Site, whole: Registers, tmp_path: Path) -> None:
        sparse = {name: samples[::15] for name, samples in whole.items()}
        readings = read_meters(Exports([csv(tmp_path, sparse)], "small"), small, TWO_HOURS)
        assert readings.energy_j["facility"].tolist() == [interval_j(700)] * 8
        assert not readings.flags["facility"].any()

    def test_use(self, small: Site, whole: Registers, tmp_path: Path) -> None:
        source = Exports([csv(tmp_path, whole), use_csv(tmp_path)], "small")
        use = read_use(source, small, TWO_HOURS)
        assert use.nodes["n1"].cpu_used_s["alpha"].tolist() == [2700.0] * 8  # 3 cores for 900 s
        assert use.nodes["n1"].cpu_reserved["alpha"].tolist() == [5.0] * 8
        assert use.nodes["n2"].accounts() == ("_platform",)
        assert_whole(source, small)
        source.close()

    def test_stamps_of_1970_are_counted_and_left_out(self, small: Site, whole: Registers, tmp_path: Path) -> None:
        whole["facility"] = [(60, 5.0), *whole["facility"]]
        readings = read_meters(Exports([csv(tmp_path, whole)], "small"), small, TWO_HOURS)
        assert readings.energy_j["facility"].tolist() == [interval_j(700)] * 8
        assert [str(one) for one in readings.findings] == [
            "facility: 1 samples bear a time in the future or before 1990; they are left out"]

    def test_other_months_of_the_file_are_not_ours(self, small: Site, whole: Registers, tmp_path: Path) -> None:
        whole["facility"] = [*whole["facility"], (FIRST + 86_400, 9e6)]
        assert_whole(Exports([csv(tmp_path, whole)], "small"), small)


class TestBad:
    def refusal(self, tmp_path: Path, text: str, name: str = "meters.csv") -> MissingDataError:
        file = tmp_path / name
        file.write_text(text, "utf-8")
        with pytest.raises(MissingDataError) as refused:
            list(Exports([file], "small").samples("estran_meter_energy_wh_total", {"site": "small"}, (0, 1 << 50)))
        assert refused.value.where == str(file)
        assert refused.value.remedy
        return refused.value

    HEAD = "time,meter,value,unit\n2012-03-05T00:00:00Z,a,1,Wh\n"

    # Mutation: `row = 2` in export_table.rows_of made 1 turns these red.
    @pytest.mark.parametrize(("row", "said", "remedy"), [
        ("2012-03-05T00:15:00Z,a,12 Wh,Wh", "row 3, column 'value': '12 Wh' can't be read", "without its unit"),
        ("2012-03-05T00:15:00Z,a,,Wh", "row 3, column 'value': '' can't be read", "write a number"),
        ("yesterday,a,1,Wh", "row 3, column 'time': 'yesterday' can't be read", "with their offset"),
        ("2012-03-05T00:15:00,a,1,Wh", "row 3, column 'time': '2012-03-05T00:15:00' can't be read", "offset"),
        ("2012-03-05T00:15:00Z,a,1,kW", "row 3, column 'unit': 'kW' can't be read", "a power (W, kW) is none"),
    ])
    def test_a_bad_row(self, tmp_path: Path, row: str, said: str, remedy: str) -> None:
        refused = self.refusal(tmp_path, self.HEAD + row + "\n")
        assert said in str(refused)
        assert remedy in refused.remedy

    def test_a_column_too_few(self, tmp_path: Path) -> None:
        refused = self.refusal(tmp_path, "time,meter,value\n2012-03-05T00:00:00Z,a,1\n")
        assert "the column 'unit' is not there" in str(refused)
        assert "time, meter, value, unit" in str(refused)

    @pytest.mark.parametrize("text", ["", "time,meter,value,unit\n1,2\n"])
    def test_no_table(self, tmp_path: Path, text: str) -> None:
        assert "the export can't be read" in str(self.refusal(tmp_path, text))

    def test_no_parquet(self, tmp_path: Path) -> None:
        assert "can't be read" in str(self.refusal(tmp_path, "PAR1 nothing", "meters.parquet"))

    def test_naive_times_in_parquet(self, tmp_path: Path) -> None:
        file = tmp_path / "m.parquet"
        pa.parquet.write_table(pa.table({"time": pa.array([0], pa.timestamp("s")), "meter": ["a"], "value": [1.0],
                                         "unit": ["Wh"]}), file)
        with pytest.raises(MissingDataError, match="has no time zone"):
            list(Exports([file], "small").samples("m", {}, (0, 1)))

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(EnergyError, match="the export is not there") as refused:
            Exports([tmp_path / "none.csv"], "small")
        assert "none.csv" in refused.value.where

    def test_a_name_that_can_not_be_allowed(self) -> None:
        with pytest.raises(EnergyError, match="'everything' is nothing that can be allowed") as refused:
            allow(["everything"])
        assert "partial, retention, downsampled, estimated" in str(refused.value)

    def test_not_a_number_in_a_row_is_a_finding(self, small: Site, whole: Registers, tmp_path: Path) -> None:
        whole["facility"][7] = (whole["facility"][7][0], float("nan"))
        readings = read_meters(Exports([csv(tmp_path, whole)], "small"), small, TWO_HOURS)
        assert [one.kind for one in readings.findings] == [FindingKind.NOT_A_NUMBER]
        assert np.array_equal(readings.energy_j["facility"], np.full(8, interval_j(700)))
