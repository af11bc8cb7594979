"""RTE's daily files: real-time and consolidated, blanks, days with a change of hour, files that are something else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from energy.carbon.eco2mix import GridFactor, Nature, days_of, merged, read_day
from energy.errors import MissingDataError
from energy.quality import Quality

PARIS = ZoneInfo("Europe/Paris")
REAL_TIME = "Données temps réel"
CONSOLIDATED = "Données consolidées"


def day_file(day: date, nature: str, figures: dict[str, str]) -> str:
    """Return a file of RTE's shape with the four columns that matter; `figures` by hour, the rest empty."""
    head = f"Journée du {day:%d/%m/%Y}\n{nature}\nHeures\tConsommation\tTaux de Co2\tEch. comm. Suisse\n"
    times = [f"{hour:02d}:{minute:02d}" for hour in range(24) for minute in (0, 15, 30, 45)]
    rows = [f"{time}\t50000\t{figures.get(time, '')}\tND" for time in times]
    return head + "\n".join(rows) + "\nRTE ne pourra être tenu responsable de l'usage\n"


def at(day: date, hour: int, minute: int = 0) -> int:
    """Return a UTC moment [s since 1970]."""
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC).timestamp())


WINTER = date(2012, 1, 10)


def test_a_figure_each_quarter_hour() -> None:
    found = read_day(day_file(WINTER, REAL_TIME, {"00:00": "51", "00:15": "52", "12:45": "40"}), WINTER, PARIS, "f")
    # 00:00 in Paris in winter is 23:00 in UTC the day before.
    assert found == {
        at(date(2012, 1, 9), 23): GridFactor(51, Quality.MEASURED),
        at(date(2012, 1, 9), 23, 15): GridFactor(52, Quality.MEASURED),
        at(WINTER, 11, 45): GridFactor(40, Quality.MEASURED),
    }


def test_a_half_hours_figure_holds_for_its_second_quarter() -> None:
    found = read_day(day_file(WINTER, CONSOLIDATED, {"10:00": "70", "10:30": "80"}), WINTER, PARIS, "f")
    assert found[at(WINTER, 9, 0)] == GridFactor(70, Quality.MEASURED, Nature.CONSOLIDATED)
    assert found[at(WINTER, 9, 15)] == GridFactor(70, Quality.DERIVED, Nature.CONSOLIDATED)
    assert found[at(WINTER, 9, 30)] == GridFactor(80, Quality.MEASURED, Nature.CONSOLIDATED)
    assert found[at(WINTER, 9, 45)] == GridFactor(80, Quality.DERIVED, Nature.CONSOLIDATED)
    assert len(found) == 4


def test_a_real_time_blank_is_not_filled_by_its_neighbour() -> None:
    found = read_day(day_file(WINTER, REAL_TIME, {"10:00": "70"}), WINTER, PARIS, "f")
    assert list(found) == [at(WINTER, 9, 0)]


@pytest.mark.parametrize("blank", ["", "ND", "-"])
def test_no_data_is_absent(blank: str) -> None:
    assert read_day(day_file(WINTER, REAL_TIME, {"10:00": blank}), WINTER, PARIS, "f") == {}


def test_an_hour_that_does_not_exist_is_left_out() -> None:
    spring = date(2012, 3, 25)  # clocks go from 02:00 to 03:00; the file has rows 02:00 to 02:45 all the same
    figures = {"01:45": "40", "02:00": "41", "02:15": "41", "02:30": "41", "02:45": "41", "03:00": "42"}
    found = read_day(day_file(spring, REAL_TIME, figures), spring, PARIS, "f")
    assert found == {
        at(spring, 0, 45): GridFactor(40, Quality.MEASURED),
        at(spring, 1): GridFactor(42, Quality.MEASURED),
    }


def test_an_hour_that_happens_twice_holds_twice() -> None:
    autumn = date(2012, 10, 28)  # 02:00 to 02:45 happen in summer time, then again in winter time; written once
    found = read_day(day_file(autumn, REAL_TIME, {"01:45": "50", "02:00": "51", "03:00": "52"}), autumn, PARIS, "f")
    assert found == {
        at(date(2012, 10, 27), 23, 45): GridFactor(50, Quality.MEASURED),
        at(autumn, 0): GridFactor(51, Quality.MEASURED),
        at(autumn, 1): GridFactor(51, Quality.ESTIMATED),
        at(autumn, 2): GridFactor(52, Quality.MEASURED),
    }


def test_a_whole_ordinary_day_has_96_quarters() -> None:
    figures = {f"{hour:02d}:{minute:02d}": "60" for hour in range(24) for minute in (0, 15, 30, 45)}
    assert len(read_day(day_file(WINTER, REAL_TIME, figures), WINTER, PARIS, "f")) == 96
    spring, autumn = date(2012, 3, 25), date(2012, 10, 28)
    assert len(read_day(day_file(spring, REAL_TIME, figures), spring, PARIS, "f")) == 92
    assert len(read_day(day_file(autumn, REAL_TIME, figures), autumn, PARIS, "f")) == 100


@pytest.mark.parametrize("written", ["12.5", "-3", "1e3", "n/a"])
def test_a_figure_that_is_none_is_refused_with_its_row(written: str) -> None:
    text = day_file(WINTER, REAL_TIME, {"00:15": written})
    with pytest.raises(MissingDataError, match=r"is not a figure in gCO2/kWh") as refusal:
        read_day(text, WINTER, PARIS, "archive!day.csv")
    assert refusal.value.where == "archive!day.csv:5"
    assert written in str(refusal.value)


def test_another_days_file_is_refused() -> None:
    with pytest.raises(MissingDataError, match="not the éCO2mix file of 2012-01-11"):
        read_day(day_file(WINTER, REAL_TIME, {}), date(2012, 1, 11), PARIS, "f")


@pytest.mark.parametrize("text", ["", "Journée du 10/01/2012\n", "<html>", "Journée du 10/01/2012\nx\nHeures\tAutre\n"])
def test_a_file_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(MissingDataError, match="not the éCO2mix file"):
        read_day(text, WINTER, PARIS, "f")


def test_an_unknown_kind_of_data_is_refused_with_the_known_ones() -> None:
    with pytest.raises(MissingDataError, match="'Données provisoires'") as refusal:
        read_day(day_file(WINTER, "Données provisoires", {}), WINTER, PARIS, "f")
    assert REAL_TIME in str(refusal.value)
    assert refusal.value.where == "f:2"


def test_days_that_hold_a_span() -> None:
    start, end = at(WINTER, 22, 30), at(date(2012, 1, 11), 23, 15)
    # 22:30 UTC is 23:30 in Paris on the 10th; the last quarter begins at 23:00 UTC, midnight on the 12th.
    assert days_of(start, end, PARIS) == [WINTER, date(2012, 1, 11), date(2012, 1, 12)]
    assert days_of(at(WINTER, 10), at(WINTER, 11), PARIS) == [WINTER]


def test_merging_keeps_every_quarter() -> None:
    one, other = {1: GridFactor(5, Quality.MEASURED)}, {2: GridFactor(6, Quality.DERIVED)}
    assert merged([one, other]) == {**one, **other}
