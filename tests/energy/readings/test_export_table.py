"""Export files row by row: which span, which batch, which row is bad, hours that come twice, tables in pieces."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.errors import EnergyError, MissingDataError
from energy.interval import Period
from energy.readings import export_table
from energy.readings.export_table import rows_of
from energy.readings.exports import Exports
from energy.readings.meters import read_meters
from energy.readings.names import METER_ENERGY
from energy.readings.on_edges import latest_on_edges, means_on_edges
from infra.inventory.site import Site
from tests.energy.engine import interval_j, registers
from tests.energy.readings.test_exports import FIRST, START, TWO_HOURS, csv, iso
from tests.energy.small import WATTS

EVER = (0, 1 << 50)
HEAD = "time,meter,value,unit\n"


def written(folder: Path, text: str, name: str = "m.csv") -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def samples_of(file: Path, span: tuple[int, int] = EVER,
               metric: str = METER_ENERGY["Wh"]) -> dict[str, list[tuple[int, float]]]:
    found: dict[str, list[tuple[int, float]]] = {}
    for series in Exports([file], "small").samples(metric, {"site": "small"}, span):
        found.setdefault(series.labels["meter"], []).extend(
            zip(series.times_ms.tolist(), series.values.tolist(), strict=True))
    return found


class TestTimes:
    @pytest.mark.parametrize(("written_as", "moment_ms"), [
        ("2012-03-05T00:00:00Z", 1_330_905_600_000), ("2012-03-05T01:00:00+01:00", 1_330_905_600_000),
        ("2012-03-05 00:00:00Z", 1_330_905_600_000), ("2012-03-04T19:30:00-04:30", 1_330_905_600_000),
        ("2012-03-05T00:00:00.250Z", 1_330_905_600_250), ("2012-02-29T12:00:00Z", 1_330_516_800_000),
    ])
    def test_offsets_fractions_and_leap_days(self, tmp_path: Path, written_as: str, moment_ms: int) -> None:
        assert samples_of(written(tmp_path, f"{HEAD}{written_as},a,1,Wh\n")) == {"a": [(moment_ms, 1.0)]}

    @pytest.mark.parametrize("written_as", ["2012-02-30T00:00:00Z", "2012-03-05T25:00:00Z", "05/03/2012 00:00Z", "",
                                            "1330905600", "2012-03-05T00:00:00 Europe/Paris"])
    def test_what_is_no_time_is_named_with_its_row(self, tmp_path: Path, written_as: str) -> None:
        file = written(tmp_path, f"{HEAD}2012-03-05T00:00:00Z,a,1,Wh\n{written_as},a,2,Wh\n")
        with pytest.raises(MissingDataError, match="row 3, column 'time'") as refusal:
            samples_of(file)
        assert refusal.value.figures["value"] is not None
        assert "2012-03-01T00:00:00+01:00" in refusal.value.remedy

    def test_the_hour_that_comes_twice_is_told_apart_by_its_offset(self, small: Site, tmp_path: Path) -> None:
        # Paris, 28 October 2012: 2:00 to 2:59 at +02:00, then again at +01:00. By local clock alone, an hour would be
        # lost or counted twice; with offsets, four hours hold four hours of 700 W.
        start = datetime(2012, 10, 27, 23, tzinfo=UTC)
        period = Period(start, start + timedelta(hours=4))
        rows = [HEAD.strip()]
        for name, samples in registers(period, WATTS).items():
            for moment, value in samples:
                hours = 2 if moment < int(datetime(2012, 10, 28, 1, tzinfo=UTC).timestamp()) else 1
                rows.append(f"{iso(moment, hours)},{name},{value},Wh")
        readings = read_meters(Exports([written(tmp_path, "\n".join(rows) + "\n")], "small"), small, period)
        assert readings.energy_j["facility"].tolist() == [interval_j(700)] * 16
        assert readings.findings == ()


class TestSpans:
    # Mutation: the cut to the span in Exports.samples left out turns this red.
    def test_a_narrower_question_later_gets_no_more_than_it_asked_for(self, tmp_path: Path) -> None:
        source = Exports([csv(tmp_path, {"a": [(FIRST + 60 * number, float(number)) for number in range(100)]})], "s")
        wide = list(source.samples(METER_ENERGY["Wh"], {}, (FIRST * 1000, (FIRST + 6000) * 1000)))
        narrow = list(source.samples(METER_ENERGY["Wh"], {}, ((FIRST + 60) * 1000, (FIRST + 180) * 1000)))
        assert len(wide[0].values) == 100
        assert narrow[0].values.tolist() == [1.0, 2.0, 3.0]

    def test_a_wider_question_reads_again(self, tmp_path: Path) -> None:
        source = Exports([csv(tmp_path, {"a": [(FIRST + 60 * number, float(number)) for number in range(100)]})], "s")
        for last, count in ((120, 3), (6000, 100), (600, 11)):
            (found,) = source.samples(METER_ENERGY["Wh"], {}, (FIRST * 1000, (FIRST + last) * 1000))
            assert len(found.values) == count

    def test_impossible_times_come_with_every_span(self, tmp_path: Path) -> None:
        file = csv(tmp_path, {"a": [(60, 5.0), (FIRST, 1.0), (FIRST + 10**9, 2.0), (FIRST - 10**7, 3.0)]})
        assert samples_of(file, (FIRST * 1000, FIRST * 1000)) == {
            "a": [(60_000, 5.0), (FIRST * 1000, 1.0), ((FIRST + 10**9) * 1000, 2.0)]}

    @pytest.mark.parametrize("matchers", [{"site": "other"}, {"meter": "b"}, {"colour": "red"}])
    def test_only_what_matches(self, tmp_path: Path, matchers: dict[str, str]) -> None:
        file = csv(tmp_path, {"a": [(FIRST, 1.0)]})
        assert list(Exports([file], "small").samples(METER_ENERGY["Wh"], matchers, EVER)) == []


class TestPieces:
    @pytest.fixture(autouse=True)
    def small_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(export_table, "BATCH", 1 << 12)  # some 100 rows at once

    # Mutation: `row += batch.num_rows` left out of rows_of turns this red.
    @pytest.mark.parametrize("bad", [2, 3, 150, 151, 997])
    def test_a_bad_row_of_any_batch_has_its_number_in_the_file(self, tmp_path: Path, bad: int) -> None:
        rows = [f"{iso(FIRST + number)},a,{number},Wh" for number in range(2, 1002)]
        rows[bad - 2] = f"{iso(FIRST)},a,many,Wh"
        with pytest.raises(MissingDataError, match=f"row {bad}, column 'value': 'many' can't be read"):
            samples_of(written(tmp_path, HEAD + "\n".join(rows) + "\n"))

    def test_a_bad_unit_of_a_later_batch(self, tmp_path: Path) -> None:
        rows = [f"{iso(FIRST + number)},{'ab'[number % 2]},{number},Wh" for number in range(1000)]
        rows[700] = f"{iso(FIRST)},b,1,MWh"
        with pytest.raises(MissingDataError, match="row 702, column 'unit': 'MWh' can't be read"):
            samples_of(written(tmp_path, HEAD + "\n".join(rows) + "\n"))

    def test_a_file_in_many_batches_streams(self, tmp_path: Path) -> None:
        rows = [f"{iso(FIRST + number)},{'abc'[number % 3]},{number},Wh" for number in range(3000)]
        file = written(tmp_path, HEAD + "\n".join(rows) + "\n")
        pieces = list(rows_of(file, EVER))
        assert len(pieces) > 30  # each holds a batch's rows of one meter, and no more
        assert max(len(piece.times_ms) for piece in pieces) < 100
        found = samples_of(file)
        assert [value for _, value in found["b"]] == [float(number) for number in range(1, 3000, 3)]

    def test_two_units_of_one_meter_are_two_registers(self, tmp_path: Path) -> None:
        file = written(tmp_path, f"{HEAD}{iso(FIRST)},a,1,Wh\n{iso(FIRST)},a,2,kWh\n")
        assert [samples_of(file, metric=METER_ENERGY[unit])["a"] for unit in ("Wh", "kWh")] == [
            [(FIRST * 1000, 1.0)], [(FIRST * 1000, 2.0)]]


class TestTables:
    @pytest.mark.parametrize("head", ["\ufefftime,meter,value,unit", '"time","meter","value","unit"',
                                      "unit,value,meter,time,remark"])
    def test_heads_that_programs_write(self, tmp_path: Path, head: str) -> None:
        fields = {"time": iso(FIRST), "meter": "a", "value": "1.5e3", "unit": "Wh", "remark": "read by hand"}
        row = ",".join(fields[name.strip('"\ufeff')] for name in head.split(","))
        assert samples_of(written(tmp_path, f"{head}\n{row}\n")) == {"a": [(FIRST * 1000, 1500.0)]}

    @pytest.mark.parametrize("missing", ["time", "value", "unit"])
    def test_each_missing_column_is_named(self, tmp_path: Path, missing: str) -> None:
        names = [name for name in ("time", "meter", "value", "unit") if name != missing]
        with pytest.raises(MissingDataError, match=f"the column '{missing}' is not there") as refusal:
            samples_of(written(tmp_path, ",".join(names) + "\n1,2,3\n"))
        assert "time, meter, value, unit" in str(refusal.value)

    def test_names_that_look_like_numbers_stay_names(self, tmp_path: Path) -> None:
        file = written(tmp_path, f"{HEAD}{iso(FIRST)},007,1,Wh\n{iso(FIRST)},NA,2,Wh\n")
        assert sorted(samples_of(file)) == ["007", "NA"]

    def test_a_table_with_a_head_and_no_row_says_nothing(self, tmp_path: Path) -> None:
        assert samples_of(written(tmp_path, HEAD)) == {}

    def test_nulls_of_parquet_are_named(self, tmp_path: Path) -> None:
        file = tmp_path / "m.parquet"
        pa.parquet.write_table(pa.table({"time": [iso(FIRST)] * 2, "meter": ["a", "a"], "value": [1.0, None],
                                         "unit": ["Wh", "Wh"]}), file)
        with pytest.raises(MissingDataError, match="row 3, column 'value': 'None' can't be read"):
            samples_of(file)

    def test_no_file_at_all(self) -> None:
        with pytest.raises(EnergyError, match="the export is not there") as refusal:
            Exports([], "small")
        assert refusal.value.where == "exports"

    def test_every_file_that_lacks_is_named(self, tmp_path: Path) -> None:
        there = written(tmp_path, HEAD)
        with pytest.raises(EnergyError) as refusal:
            Exports([tmp_path / "one.csv", there, tmp_path / "two.csv"], "small")
        assert refusal.value.where == f"{tmp_path / 'one.csv'}, {tmp_path / 'two.csv'}"


class TestSameMonth:
    def test_a_file_twice_counts_once(self, small: Site, tmp_path: Path) -> None:
        file = csv(tmp_path, registers(TWO_HOURS, WATTS))
        readings = read_meters(Exports([file, file], "small"), small, TWO_HOURS)
        assert readings.energy_j["facility"].tolist() == [interval_j(700)] * 8
        assert {one.kind.value for one in readings.findings} == {"duplicate", "out-of-order"}


class TestOnEdges:
    QUARTERS = Period(START, START + timedelta(minutes=45))

    # An interval is (t − 15 min, t]: a sample on an edge ends its interval. Mutation: the two minus signs of `_edge_of`
    # (which round up) left out turn these red.
    @pytest.mark.parametrize(("minute", "edge"), [(-15, None), (-14.99, 0), (0, 0), (0.01, 1), (15, 1), (15.01, 2),
                                                  (45, 3), (45.01, None)])
    def test_which_edge_a_sample_belongs_to(self, minute: float, edge: int | None) -> None:
        times = np.array([FIRST * 1000 + round(minute * 60_000)])
        for found in (latest_on_edges(times, np.array([7.0]), self.QUARTERS),
                      means_on_edges(times, np.array([7.0]), self.QUARTERS)):
            assert np.flatnonzero(np.isfinite(found)).tolist() == ([] if edge is None else [edge])

    @settings(deadline=None)
    @given(st.lists(st.tuples(st.integers(-20 * 60_000, 60 * 60_000), st.one_of(st.floats(-1e6, 1e6), st.just(np.nan))),
                    max_size=40, unique_by=lambda row: row[0]), st.randoms())
    def test_against_a_plain_loop_in_any_order(self, samples: list[tuple[int, float]], random: Any) -> None:
        buckets: list[list[float]] = [[], [], [], []]
        for offset, value in sorted(samples):
            edge = -(-offset // 900_000)
            if 0 <= edge <= 3 and np.isfinite(value):
                buckets[edge].append(value)
        random.shuffle(samples)
        times = np.array([FIRST * 1000 + offset for offset, _ in samples], dtype=np.int64)
        values = np.array([value for _, value in samples], dtype=np.float64)
        latest, means = (found(times, values, self.QUARTERS) for found in (latest_on_edges, means_on_edges))
        assert np.array_equal(latest, [bucket[-1] if bucket else np.nan for bucket in buckets], equal_nan=True)
        assert means == pytest.approx([sum(bucket) / len(bucket) if bucket else np.nan for bucket in buckets],
                                      nan_ok=True, abs=1e-6)
