"""The register of factors and the real series of 2012: months, gaps, what is not covered."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from energy.carbon.book import carbon_j_g_per_kwh, grams
from energy.carbon.factors import DATA_DIR, factors_for, rows
from energy.errors import MissingDataError
from energy.interval import Period, month_period
from energy.quality import Quality
from tests.energy.carbon.test_eco2mix import REAL_TIME, day_file
from tests.energy.small import flat_factors

PARIS = ZoneInfo("Europe/Paris")


class TestRealSeries:
    @pytest.mark.parametrize(("month", "measured", "derived", "estimated"), [
        ("2012-03", 2972, 0, 0),        # the hour that does not exist is left out
        ("2012-01", 2975, 0, 1),        # one blank on the 20th
        ("2012-05", 2970, 0, 6),        # six ND on the 4th
        ("2012-10", 2976, 0, 4),        # the hour that happens twice
        ("2012-11", 1440, 1440, 0),     # half-hours
    ])
    def test_flags_by_month(self, month: str, measured: int, derived: int, estimated: int) -> None:
        series = factors_for(month_period(month, PARIS), "FR")
        assert series.counts.get(Quality.MEASURED, 0) == measured
        assert series.counts.get(Quality.DERIVED, 0) == derived
        assert series.counts.get(Quality.ESTIMATED, 0) == estimated

    def test_first_figures_of_a_day(self) -> None:
        # RTE_CO2mix_2012-03-25.csv: 00:00 39, 00:15 38, 00:30 39, 00:45 40; midnight in Paris is 23:00 in UTC.
        start = datetime(2012, 3, 24, 23, tzinfo=UTC)
        assert factors_for(Period(start, start + timedelta(hours=1)), "FR").gco2_per_kwh.tolist() == [39, 38, 39, 40]

    def test_over_the_change_of_hour(self) -> None:
        # 01:45 in winter time, then 03:00 in summer time: rows 01:45 (40) and 03:00 (40), 03:15 (39).
        start = datetime(2012, 3, 25, 0, 45, tzinfo=UTC)
        assert factors_for(Period(start, start + timedelta(minutes=45)), "FR").gco2_per_kwh.tolist() == [40, 40, 39]

    def test_a_half_hour_of_consolidated_data(self) -> None:
        # RTE_CO2mix_2012-12-05.csv: 01:30 72 (01:45 blank), 02:00 69 (02:15 blank).
        start = datetime(2012, 12, 5, 0, 30, tzinfo=UTC)
        assert factors_for(Period(start, start + timedelta(hours=1)), "FR").gco2_per_kwh.tolist() == [72, 72, 69, 69]

    def test_the_row_travels_with_the_series(self) -> None:
        row = factors_for(month_period("2012-03", PARIS), "FR").row
        assert row.id == "rte-eco2mix-national-2012-taux-co2"
        assert "Licence Ouverte" in row.licence
        assert "direct combustion" in row.scope

    def test_the_register_has_an_attribution_beside_it(self) -> None:
        readme = (DATA_DIR / "README.md").read_text("utf-8")
        for row in rows():
            assert (DATA_DIR / row.archive).exists()
            assert row.archive in readme
            assert row.publisher in readme


class TestNotCovered:
    @pytest.mark.parametrize("month", ["2011-12", "2013-02", "2024-03"])
    def test_a_month_outside_the_series(self, month: str) -> None:
        with pytest.raises(MissingDataError, match="no carbon factor of grid FR covers") as refusal:
            factors_for(month_period(month, PARIS), "FR")
        assert "2012-01-01..2013-01-02" in str(refusal.value)

    def test_another_grid(self) -> None:
        with pytest.raises(MissingDataError, match="no carbon factor of grid DE"):
            factors_for(month_period("2012-03", PARIS), "DE")


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """A register of one row over an archive of three days, whose middle day the test writes."""
    row = {**json.loads((DATA_DIR / "factors.json").read_text("utf-8"))[0], "archive": "days.tar"}
    (tmp_path / "factors.json").write_text(json.dumps([row]), "utf-8")
    return tmp_path


def write_days(folder: Path, blanks: list[str]) -> None:
    """Write 9, 10 and 11 January with 60 everywhere but 100 from 12:00 on; `blanks` are ND on the 10th."""
    with tarfile.open(folder / "days.tar", "w") as bundle:
        for number in (9, 10, 11):
            day = datetime(2012, 1, number).date()
            figures = {f"{hour:02d}:{minute:02d}": "100" if hour >= 12 else "60"
                       for hour in range(24) for minute in (0, 15, 30, 45)}
            if number == 10:
                figures |= dict.fromkeys(blanks, "ND")
            content = day_file(day, REAL_TIME, figures).encode()
            member = tarfile.TarInfo(f"RTE_CO2mix_{day}.csv")
            member.size = len(content)
            bundle.addfile(member, io.BytesIO(content))


TENTH = Period(datetime(2012, 1, 9, 23, tzinfo=UTC), datetime(2012, 1, 10, 23, tzinfo=UTC))


class TestGaps:
    def test_one_blank_is_the_straight_line(self, register: Path) -> None:
        write_days(register, ["12:00"])
        series = factors_for(TENTH, "FR", register)
        # 11:45 is 60, 12:15 is 100: 12:00 is half way.
        assert series.gco2_per_kwh[48] == 80
        assert series.counts == {Quality.MEASURED: 95, Quality.ESTIMATED: 1}

    def test_three_blanks_in_a_row(self, register: Path) -> None:
        write_days(register, ["11:30", "11:45", "12:00"])
        # from 60 at 11:15 to 100 at 12:15 in four steps of 10
        assert factors_for(TENTH, "FR", register).gco2_per_kwh[46:49].tolist() == [70, 80, 90]

    def test_two_hours_are_still_filled(self, register: Path) -> None:
        blanks = [f"{hour:02d}:{minute:02d}" for hour in (8, 9) for minute in (0, 15, 30, 45)]
        write_days(register, blanks)
        assert factors_for(TENTH, "FR", register).counts[Quality.ESTIMATED] == 8

    def test_a_quarter_more_is_refused_with_interval_and_count(self, register: Path) -> None:
        blanks = [f"{hour:02d}:{minute:02d}" for hour in (8, 9) for minute in (0, 15, 30, 45)] + ["10:00"]
        write_days(register, blanks)
        expected = "missing for 9 of 96 intervals, the first from 2012-01-10T07:00"
        with pytest.raises(MissingDataError, match=expected) as refusal:
            factors_for(TENTH, "FR", register)
        assert refusal.value.where.startswith("rte-eco2mix-national-2012-taux-co2")

    def test_a_gap_at_midnight_looks_at_the_day_before(self, register: Path) -> None:
        write_days(register, ["00:00"])
        # 23:45 on the 9th is 100, 00:15 on the 10th is 60.
        assert factors_for(TENTH, "FR", register).gco2_per_kwh[0] == 80

    def test_a_missing_file_is_a_gap(self, register: Path) -> None:
        write_days(register, [])
        period = Period(TENTH.start - timedelta(days=3), TENTH.end - timedelta(days=3))
        with pytest.raises(MissingDataError, match="missing for 96 of 96 intervals"):
            factors_for(period, "FR", register)


class TestBook:
    def test_grams_of_a_kilowatt_hour(self, day: Period) -> None:
        factors = flat_factors(day, 50, 50)
        energy_j = np.zeros(day.count, dtype=np.int64)
        energy_j[3] = 3_600_000
        assert grams(carbon_j_g_per_kwh(energy_j, factors)) == 50.0

    def test_energy_when_the_grid_is_dirty_weighs_more(self, day: Period) -> None:
        factors = flat_factors(day, 50, 100)
        early, late = np.zeros(day.count, dtype=np.int64), np.zeros(day.count, dtype=np.int64)
        early[0] = late[-1] = 3_600_000
        assert carbon_j_g_per_kwh(late, factors) == 2 * carbon_j_g_per_kwh(early, factors)


def test_the_archive_opens_wherever_the_package_lies(tmp_path: Path) -> None:
    shutil.copytree(DATA_DIR, tmp_path / "data")
    series = factors_for(month_period("2012-02", PARIS), "FR", tmp_path / "data")
    assert len(series.gco2_per_kwh) == 29 * 96
