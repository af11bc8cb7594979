"""Tables for people, JSON and CSV for machines."""

from __future__ import annotations

import csv
import io
import json

import pytest

from ops_cli.output import csv_text, print_rows

ROWS = [{"name": "été", "count": 1, "hidden": "x"}, {"name": 'a "b", c', "count": None}]
HEADINGS = {"name": "Nom", "count": "Nombre"}


def test_json_holds_the_keys_and_nothing_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, HEADINGS, "json")
    assert json.loads(capsys.readouterr().out) == [{"name": "été", "count": 1}, {"name": 'a "b", c', "count": None}]


def test_csv_is_read_back_as_it_was() -> None:
    assert list(csv.DictReader(io.StringIO(csv_text(ROWS, HEADINGS)))) == [
        {"name": "été", "count": "1"}, {"name": 'a "b", c', "count": ""}]


def test_a_table_shows_titles_and_fits(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    print_rows([{"name": "long " * 30, "count": 3}], HEADINGS, "table", title="T")
    lines = capsys.readouterr().out.splitlines()
    assert any("Nom" in line and "Nombre" in line for line in lines)
    assert max(map(len, lines)) <= 40


def test_a_name_stays_whole_where_the_rest_gives_way(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    print_rows([{"name": "les-sables-site-web", "count": "in the site file itself"}], HEADINGS, "table")
    lines = capsys.readouterr().out.splitlines()
    assert any("les-sables-site-web" in line for line in lines)
    assert max(map(len, lines)) <= 40


def test_no_rows_is_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([], HEADINGS, "json")
    assert json.loads(capsys.readouterr().out) == []
