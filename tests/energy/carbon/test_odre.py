"""ODRÉ's exports with their quirks: forecast rows, blanks, days of 23 and 25 hours, rows that stand twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from energy.carbon.eco2mix import GridFactor, Nature
from energy.carbon.odre import is_export, read_export
from energy.errors import MissingDataError
from energy.quality import Quality
from tests.energy.carbon.exports import CONSOLIDATED, DEFINITIVE, HEAD, HEAD_REAL_TIME, REAL_TIME, export, row, steady

NOON = datetime(2024, 1, 1, 11, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def test_a_figure_each_quarter_hour() -> None:
    found = read_export(export([row(NOON, "21"), row(NOON + QUARTER, "22")], HEAD_REAL_TIME), "f")
    assert found.factors == {seconds(NOON): GridFactor(21, Quality.MEASURED, Nature.REAL_TIME),
                             seconds(NOON + QUARTER): GridFactor(22, Quality.MEASURED, Nature.REAL_TIME)}
    assert (found.duplicates, found.blanks) == (0, 0)


@pytest.mark.parametrize(("written", "nature"), [(CONSOLIDATED, Nature.CONSOLIDATED), (DEFINITIVE, Nature.DEFINITIVE)])
def test_forecast_rows_of_revised_data_take_their_half_hours_figure(written: str, nature: Nature) -> None:
    found = read_export(export([row(NOON + QUARTER, "", written), row(NOON, "21", written)]), "f")
    assert found.factors[seconds(NOON + QUARTER)] == GridFactor(21, Quality.DERIVED, nature)


def test_a_blank_half_hour_leaves_both_quarters_blank() -> None:
    found = read_export(export([row(NOON, "", CONSOLIDATED), row(NOON + QUARTER, "", CONSOLIDATED)]), "f")
    assert (found.factors, found.blanks) == ({}, 2)


def test_a_real_time_blank_is_not_filled_by_its_neighbour() -> None:
    found = read_export(export([row(NOON, "21"), row(NOON + QUARTER, "")]), "f")
    assert list(found.factors) == [seconds(NOON)]
    assert found.blanks == 1


@pytest.mark.parametrize(("first", "last", "quarters"), [
    (datetime(2024, 3, 30, 23, tzinfo=UTC), datetime(2024, 3, 31, 22, tzinfo=UTC), 92),
    (datetime(2024, 10, 26, 22, tzinfo=UTC), datetime(2024, 10, 27, 23, tzinfo=UTC), 100),
])
def test_days_of_23_and_25_hours(first: datetime, last: datetime, quarters: int) -> None:
    # Each row bears its offset: the hour that happens twice is two hours, the one that does not exist has no row.
    found = read_export(steady(first, quarters, 30), "f").factors
    assert (min(found), max(found)) == (seconds(first), seconds(last - QUARTER))
    assert len(found) == quarters
    assert {factor.quality for factor in found.values()} == {Quality.MEASURED}


def test_rows_that_stand_twice_are_counted() -> None:
    assert read_export(export([row(NOON, "21"), row(NOON, "21"), row(NOON, "")]), "f").duplicates == 2


def test_a_blank_row_before_its_figure_is_no_duplicate() -> None:
    found = read_export(export([row(NOON, ""), row(NOON, "21")]), "f")
    assert found.factors[seconds(NOON)].gco2_per_kwh == 21


@pytest.mark.parametrize("second", [row(NOON, "22"), row(NOON, "21", DEFINITIVE)])
def test_two_figures_for_one_quarter_are_refused_with_both_rows(second: str) -> None:
    with pytest.raises(MissingDataError, match="rows 2 and 3 give 2024-01-01T11:00:00") as why:
        read_export(export([row(NOON, "21"), second]), "folder/f.csv")
    assert why.value.where == "folder/f.csv:3"
    assert "one by one" in why.value.remedy


@pytest.mark.parametrize(("text", "said"), [
    (export([row(NOON, "21.5")]), "'21.5' is not a figure in gCO2/kWh"),
    (export([row(NOON, "-3")]), "'-3' is not a figure"),
    (export([row(NOON, "21", "Données provisoires")]), "'Données provisoires'"),
    (export([row(NOON, "21").replace("+01:00", "")]), "is not the start of a quarter-hour with its offset"),
    (export([row(NOON + timedelta(minutes=5), "21")]), "is not the start of a quarter-hour"),
    (export(["France;Données temps réel;2024-01-01"]), "the row ends early: 3 cells"),
])
def test_a_bad_row_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(MissingDataError) as why:
        read_export(text, "f.csv")
    assert said in str(why.value)
    assert why.value.where == "f.csv:2"
    assert why.value.remedy


@pytest.mark.parametrize(("title", "said"), [("Nature", "Nature / nature"), ("Date et Heure", "date_heure"),
                                             ("Taux de CO2 (g/kWh)", "taux_co2")])
def test_a_column_that_is_absent_is_named(title: str, said: str) -> None:
    with pytest.raises(MissingDataError, match="no column is called") as why:
        read_export(export([], HEAD.replace(title, "Autre")), "f.csv")
    assert said in str(why.value)


def test_the_interfaces_own_names_of_columns() -> None:
    head = HEAD.replace("Nature", "nature").replace("Date et Heure", "date_heure").replace("Taux de CO2 (g/kWh)",
                                                                                          "taux_co2")
    assert read_export(export([row(NOON, "21"), ""], head), "f").factors


@pytest.mark.parametrize(("text", "expected"), [(export([]), True), ("\ufeff" + export([]), True), ("", False),
                                                ("Journée du 10/01/2012\n", False), ("a;b\n", False)])
def test_what_is_an_export(text: str, expected: bool) -> None:
    assert is_export(text) is expected


def test_natures_are_those_that_rte_writes() -> None:
    found = [read_export(export([row(NOON, "21", nature)]), "f").factors[seconds(NOON)].nature
             for nature in (REAL_TIME, CONSOLIDATED, DEFINITIVE)]
    assert found == [Nature.REAL_TIME, Nature.CONSOLIDATED, Nature.DEFINITIVE]
