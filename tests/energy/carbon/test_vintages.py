"""What was known when: real time, consolidated, definitive; files that never change; what a revision restates."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.carbon.eco2mix import GridFactor, Nature
from energy.carbon.factors import factors_for
from energy.carbon.imports import import_eco2mix, restated
from energy.carbon.vintages import known, revised, store_of, vintages
from energy.errors import DamagedError, EnergyError, MissingDataError, StorageError
from energy.interval import Period
from energy.quality import Quality
from tests.energy.carbon.exports import CONSOLIDATED, DEFINITIVE, REAL_TIME, steady
from tests.energy.carbon.test_eco2mix import day_file

FIRST = datetime(2024, 1, 10, 23, tzinfo=UTC)
DAY = Period(FIRST, FIRST + timedelta(days=1))
JANUARY, FEBRUARY, MARCH = (datetime(2024, month, 15, tzinfo=UTC) for month in (1, 2, 3))


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """One day known as 30 g in January, 20 g in February (consolidated), 24 g in March (definitive)."""
    for moment, figure, nature in ((JANUARY, 30, REAL_TIME), (FEBRUARY, 20, CONSOLIDATED), (MARCH, 24, DEFINITIVE)):
        path = written(tmp_path, f"{figure}.csv", steady(FIRST, 96, figure, nature))
        import_eco2mix(path, tmp_path / "store", moment)
    return tmp_path / "store"


class TestKnowledge:
    @pytest.mark.parametrize(("known_at", "figure", "natures"), [
        (JANUARY, 30, {"real_time": 96}), (FEBRUARY - timedelta(seconds=1), 30, {"real_time": 96}),
        (FEBRUARY, 20, {"consolidated": 96}), (MARCH, 24, {"definitive": 96}), (None, 24, {"definitive": 96})])
    def test_as_it_was_known_then(self, store: Path, known_at: datetime | None, figure: int,
                                  natures: dict[str, int]) -> None:
        series = factors_for(DAY, "FR", store=store, known_at=known_at)
        assert set(series.gco2_per_kwh.tolist()) == {figure}
        assert series.natures == natures
        assert series.row.id == "rte-eco2mix-national-imported-taux-co2"

    def test_before_anything_was_known(self, store: Path) -> None:
        with pytest.raises(MissingDataError, match="missing for 96 of 96 intervals, the first from 2024-01-10T23:00"):
            factors_for(DAY, "FR", store=store, known_at=JANUARY - timedelta(days=1))

    def test_flags_of_half_hours(self, store: Path) -> None:
        assert factors_for(DAY, "FR", store=store).counts == {Quality.MEASURED: 48, Quality.DERIVED: 48}

    def test_real_time_that_comes_late_does_not_undo_a_revision(self, store: Path, tmp_path: Path) -> None:
        late = written(tmp_path, "late.csv", steady(FIRST, 96, 99))
        import_eco2mix(late, store, MARCH + timedelta(days=1))
        assert set(factors_for(DAY, "FR", store=store).gco2_per_kwh.tolist()) == {24}

    def test_a_later_figure_of_the_same_nature_stands(self, store: Path, tmp_path: Path) -> None:
        import_eco2mix(written(tmp_path, "b.csv", steady(FIRST, 96, 25, DEFINITIVE)), store, MARCH + timedelta(days=1))
        assert set(factors_for(DAY, "FR", store=store).gco2_per_kwh.tolist()) == {25}

    def test_the_shipped_series_is_revised_by_an_import(self, tmp_path: Path) -> None:
        start = datetime(2012, 3, 4, 23, tzinfo=UTC)
        period = Period(start, start + timedelta(hours=2))
        import_eco2mix(written(tmp_path, "d.csv", steady(start, 4, 7, DEFINITIVE)), tmp_path / "store", MARCH)
        series = factors_for(period, "FR", store=tmp_path / "store")
        assert series.gco2_per_kwh.tolist()[:4] == [7, 7, 7, 7]
        assert series.gco2_per_kwh.tolist()[4:] == factors_for(period, "FR").gco2_per_kwh.tolist()[4:]
        assert series.natures == {"real_time": 4, "definitive": 4}
        assert series.row.id == "rte-eco2mix-national-2012-taux-co2"

    def test_what_is_shipped_was_not_known_in_its_own_year(self) -> None:
        period = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 6, tzinfo=UTC))
        with pytest.raises(MissingDataError, match="missing for 96 of 96 intervals"):
            factors_for(period, "FR", known_at=datetime(2012, 6, 1, tzinfo=UTC))

    def test_an_outage_of_four_days_is_refused_by_its_first_interval(self, tmp_path: Path) -> None:
        # Two days, four days of nothing, two days: the straight line stops after two hours.
        store = tmp_path / "store"
        for number in (0, 6):
            import_eco2mix(written(tmp_path, "d.csv", steady(FIRST + timedelta(days=number), 192, 30)), store, MARCH)
        whole = Period(FIRST, FIRST + timedelta(days=8))
        with pytest.raises(MissingDataError, match="missing for 384 of 768 intervals, the first from 2024-01-12T23:00"):
            factors_for(whole, "FR", store=store)

    def test_one_interval_is_a_straight_line_and_says_so(self, tmp_path: Path) -> None:
        text = steady(FIRST, 96, 30).splitlines()
        del text[50]
        import_eco2mix(written(tmp_path, "d.csv", "\n".join(text)), tmp_path / "store", MARCH)
        series = factors_for(DAY, "FR", store=tmp_path / "store")
        assert series.counts == {Quality.MEASURED: 95, Quality.ESTIMATED: 1}

    def test_one_interval_that_no_line_can_reach_is_refused(self, tmp_path: Path) -> None:
        # The day's first quarter is absent and nothing is known before it: there is no line to draw.
        text = steady(FIRST, 96, 30).splitlines()
        del text[1]
        import_eco2mix(written(tmp_path, "d.csv", "\n".join(text)), tmp_path / "store", MARCH)
        missing = "missing for 1 of 96 intervals, the first from 2024-01-10T23:00"
        with pytest.raises(MissingDataError, match=missing) as why:
            factors_for(DAY, "FR", store=tmp_path / "store")
        assert "gaps over two hours are not filled" in why.value.remedy

    def test_a_naive_time_is_refused(self, store: Path) -> None:
        with pytest.raises(EnergyError, match="2024-02-01T00:00:00 has no time zone"):
            factors_for(DAY, "FR", store=store, known_at=datetime(2024, 2, 1))

    def test_files_of_other_times_are_left_alone(self, store: Path, tmp_path: Path) -> None:
        later = FIRST + timedelta(days=40)
        import_eco2mix(written(tmp_path, "later.csv", steady(later, 96, 50)), store, MARCH)
        seconds = int(later.timestamp())
        assert len(list(vintages(store, "FR", (seconds, seconds + 900)))) == 1
        assert len(list(vintages(store, "FR", (seconds - 900, seconds)))) == 0
        assert len(list(vintages(store, "FR"))) == 4

    def test_without_imports_only_shipped_years_are_named(self) -> None:
        with pytest.raises(MissingDataError, match="ask for a period of") as why:
            factors_for(DAY, "FR")
        assert "9999" not in str(why.value)

    @given(st.dictionaries(st.integers(0, 5), st.tuples(st.integers(0, 99), st.sampled_from(Nature))),
           st.dictionaries(st.integers(0, 5), st.tuples(st.integers(0, 99), st.sampled_from(Nature))))
    def test_a_revision_never_goes_back(self, old: dict[int, tuple[int, Nature]],
                                        new: dict[int, tuple[int, Nature]]) -> None:
        before, after = ({start: GridFactor(figure, Quality.MEASURED, nature)
                          for start, (figure, nature) in each.items()} for each in (old, new))
        both = revised(before, after)
        assert both.keys() == before.keys() | after.keys()
        assert all(both[start].nature >= max(each[start].nature for each in (before, after) if start in each)
                   for start in both)


class TestRestatement:
    def test_from_real_time_to_consolidated(self, store: Path) -> None:
        change = restated(DAY, "FR", store, JANUARY, FEBRUARY)
        assert (change.intervals, change.largest_gco2_per_kwh) == (96, 10)
        assert (change.mean_before, change.mean_after) == (30.0, 20.0)
        assert set(change.delta_gco2_per_kwh.tolist()) == {-10}

    def test_nothing_new(self, store: Path) -> None:
        assert restated(DAY, "FR", store, MARCH).intervals == 0


class TestImport:
    def test_what_an_import_brought(self, tmp_path: Path, store: Path) -> None:
        text = steady(FIRST, 192, 26, DEFINITIVE)
        done = import_eco2mix(written(tmp_path, "d.csv", text), store, MARCH + timedelta(days=1))
        # The first day was known as 24 g: its 96 quarters change; the second day is new.
        assert (done.files, done.already, done.revised) == (1, 0, 96)
        assert done.quarters == {"definitive": 192}
        assert (done.first, done.last) == (FIRST, FIRST + timedelta(days=2, minutes=-15))

    def test_the_same_file_again_changes_nothing(self, tmp_path: Path, store: Path) -> None:
        before = {path.name: path.read_bytes() for path in store_of(store, "FR").iterdir()}
        done = import_eco2mix(tmp_path / "24.csv", store, MARCH + timedelta(days=9))
        assert (done.files, done.already, done.first) == (0, 1, None)
        assert {path.name: path.read_bytes() for path in store_of(store, "FR").iterdir()} == before

    def test_daily_files_of_rte_in_a_folder(self, tmp_path: Path) -> None:
        for number in (10, 11):
            day = date(2012, 1, number)
            figures = {f"{hour:02d}:{minute:02d}": str(number) for hour in range(24) for minute in (0, 15, 30, 45)}
            written(tmp_path, f"RTE_CO2mix_{day}.csv", day_file(day, REAL_TIME, figures))
        done = import_eco2mix(tmp_path, tmp_path / "store", MARCH)
        assert (done.files, done.quarters) == (2, {"real_time": 192})
        period = Period(datetime(2012, 1, 9, 23, tzinfo=UTC), datetime(2012, 1, 11, 23, tzinfo=UTC))
        series = factors_for(period, "FR", store=tmp_path / "store")
        assert series.gco2_per_kwh.tolist() == [10] * 96 + [11] * 96

    def test_one_bad_file_and_none_is_kept(self, tmp_path: Path) -> None:
        written(tmp_path, "a.csv", steady(FIRST, 4, 30))
        written(tmp_path, "b.csv", "something else")
        with pytest.raises(MissingDataError, match="neither a daily file of RTE nor an export") as why:
            import_eco2mix(tmp_path, tmp_path / "store", MARCH)
        assert why.value.where.endswith("b.csv")
        assert not (tmp_path / "store").exists()

    def test_a_folder_of_nothing(self, tmp_path: Path) -> None:
        with pytest.raises(MissingDataError, match=r"no file ends in \.csv"):
            import_eco2mix(tmp_path, tmp_path / "store")

    def test_a_file_that_is_not_there_or_not_text(self, tmp_path: Path) -> None:
        (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00")
        for name in ("absent.csv", "x.csv"):
            with pytest.raises(MissingDataError, match="the file can't be read"):
                import_eco2mix(tmp_path / name, tmp_path / "store", MARCH)

    def test_a_naive_time_of_knowledge(self, tmp_path: Path) -> None:
        path = written(tmp_path, "d.csv", steady(FIRST, 4, 30))
        with pytest.raises(EnergyError, match="has no time zone"):
            import_eco2mix(path, tmp_path / "store", datetime(2024, 1, 1))

    def test_without_a_time_it_is_known_now(self, tmp_path: Path) -> None:
        before = datetime.now(UTC)
        import_eco2mix(written(tmp_path, "d.csv", steady(FIRST, 4, 30)), tmp_path / "store")
        [vintage] = vintages(tmp_path / "store", "FR")
        assert before <= vintage.known_at <= datetime.now(UTC)

    def test_a_folder_that_can_not_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "store").write_text("a file stands where the folder should", "utf-8")
        with pytest.raises(StorageError, match="the store of factors can't be written") as why:
            import_eco2mix(written(tmp_path, "d.csv", steady(FIRST, 4, 30)), tmp_path / "store", MARCH)
        assert why.value.remedy


class TestDamage:
    @pytest.mark.parametrize("harm", [
        lambda text: text[:-90], lambda text: text.replace(";24;", ";23;", 1), lambda text: text.replace("{", "", 1),
        lambda text: text.replace('"known_at": "2', '"known_at": "1', 1),
        lambda text: text.replace('"last": ', '"last": 1', 1),
        lambda text: text.replace('"grid": "FR"', '"grid": "DE"', 1), lambda text: text[:0],
        lambda text: "\n".join(text.splitlines()[:9] + text.splitlines()[10:])])
    def test_a_file_changed_by_hand_is_found(self, store: Path, harm: object) -> None:
        assert callable(harm)
        path = sorted(store_of(store, "FR").glob("*.csv"))[-1]
        path.write_text(harm(path.read_text("utf-8")), "utf-8")
        with pytest.raises(DamagedError, match="is not what was written") as why:
            known(store, "FR")
        assert why.value.where == str(path)
        assert "backup" in why.value.remedy

    def test_a_file_that_claims_to_cover_another_time_is_not_passed_over(self, store: Path) -> None:
        # red when the head is not sealed, or a file is passed over before its seal is looked at: its revision would
        # be lost without a word
        path = sorted(store_of(store, "FR").glob("*.csv"))[-1]
        head, _, rest = path.read_text("utf-8").partition("\n")
        facts = json.loads(head)
        path.write_text(json.dumps({**facts, "first": 0, "last": 1}) + "\n" + rest, "utf-8")
        with pytest.raises(DamagedError, match="head and rows are not those that were written"):
            factors_for(DAY, "FR", store=store)

    def test_no_draft_is_left_behind(self, store: Path) -> None:
        assert not list(store_of(store, "FR").glob(".draft-*"))

    def test_what_was_written_is_read_back(self, store: Path) -> None:
        [first, *_rest] = vintages(store, "FR")
        assert (first.known_at, first.source, len(first.factors)) == (JANUARY, "30.csv", 96)
