"""`estran energy report`, `close` and `meters` over a real Prometheus, as a user runs them, each in its own process."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from ops_cli.exit_codes import ExitCode
from tests.conftest import Done, run_estran
from tests.energy.closing.made import bytes_of

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def table(demo_url: str) -> str:
    done = run_estran("energy", "report", "--month", "2012-03", "--prometheus", demo_url, env={"COLUMNS": "100"})
    assert done.returncode == ExitCode.OK, done.stderr
    return done.stdout


def test_the_table_fits_in_100_columns(table: str) -> None:
    assert max(len(line) for line in table.splitlines()) <= 100


def test_the_table_names_every_line_whole(table: str) -> None:
    for expected in ("Région d'exemple", "Agglomération d'exemple", "Commune littorale d'exemple",
                     "Commune rurale d'exemple", "_platform", "_free", "_residual", "IT", "Overhead", "[kWh]", "iPUE",
                     "kgCO2e"):
        assert expected in table


def test_the_table_closes_on_the_meter(table: str) -> None:
    (closing,) = [line for line in table.splitlines() if line.startswith("sum of lines = facility meter: ")]
    left, right = closing.removeprefix("sum of lines = facility meter: ").split(" = ")
    assert left == right
    assert left.endswith(" Wh")


def test_json_on_standard_output_alone(demo_url: str) -> None:
    done = run_estran("energy", "report", "--month", "2012-03", "--prometheus", demo_url, "--output", "json")
    document = json.loads(done.stdout)
    assert document["closing"]["sum_of_lines_j"] == document["closing"]["facility_meter_j"] > 0
    assert document["carbon_books"]["operational"]["factors"][0]["id"] == "rte-eco2mix-national-2012-taux-co2"


def test_csv_on_standard_output_alone_by_zone(demo_url: str) -> None:
    done = run_estran("energy", "report", "--month", "2012-03", "--prometheus", demo_url, "-o", "csv", "--by", "zone")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["line"] for row in rows] == ["hall-air", "hall-oil", "_residual"]


def test_all_files_into_a_folder_and_again(closed: Path, tmp_path: Path) -> None:
    arguments = ("energy", "report", "--month", "2012-03", "--ledger", str(closed), "--into", str(tmp_path / "out"))
    first = run_estran(*arguments)
    assert first.returncode == ExitCode.OK, first.stderr
    written = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert sorted(written) == [f"energy-demo-2012-03-by-tenant.{kind}" for kind in ("csv", "html", "json", "svg")]
    assert first.stderr.count("written: ") == 4
    assert run_estran(*arguments).returncode == ExitCode.OK
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == written


def test_single_files(closed: Path, tmp_path: Path) -> None:
    paths = {kind: tmp_path / f"mine.{kind}" for kind in ("html", "csv", "json", "svg")}
    options = [part for kind, path in paths.items() for part in (f"--{kind}", str(path))]
    done = run_estran("energy", "report", "--month", "2012-03", *options, env={"ESTRAN_LEDGER": str(closed)})
    assert done.returncode == ExitCode.OK, done.stderr
    assert all(path.stat().st_size > 500 for path in paths.values())


def test_in_french_numbers_are_french(closed: Path) -> None:
    done = run_estran("--lang", "fr", "energy", "report", "--month", "2012-03", "--ledger", str(closed),
                      env={"COLUMNS": "112"})
    assert done.returncode == ExitCode.OK, done.stderr
    assert max(len(line) for line in done.stdout.splitlines()) <= 112
    assert "Agglomération d'exemple" in done.stdout
    assert "Commune rurale d'exemple" in done.stdout
    assert "747,971" in done.stdout
    assert "100,0\u202f%" in done.stdout


@pytest.mark.parametrize(("arguments", "code", "said"), [
    (("--month", "2012-3"), ExitCode.INVALID_INPUT, "'2012-3' is not a month"),
    (("--month", "2012-05"), ExitCode.MISSING_DATA, "has no reading for 2976 of 2976 intervals, the first from"),
    (("--month", "2012-03", "--prometheus", "nonsense"), ExitCode.INVALID_INPUT, "is not the address of a Prometheus"),
    (("--month", "2012-03", "--prometheus", "http://127.0.0.1:9"), ExitCode.UNREACHABLE, "Prometheus does not answer"),
    (("--month", "2012-03", "--by", "planet"), ExitCode.USAGE, "planet"),
    ((), ExitCode.INVALID_INPUT, "name either a month or a year"),
])
def test_refusals_print_no_figure(demo_url: str, arguments: tuple[str, ...], code: ExitCode, said: str) -> None:
    done = run_estran("energy", "report", *arguments, env={"ESTRAN_PROMETHEUS": demo_url})
    assert done.returncode == code
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_without_any_prometheus(tmp_path: Path) -> None:
    nothing = {"ESTRAN_CACHE": str(tmp_path), "ESTRAN_PROMETHEUS": ""}
    done = run_estran("energy", "report", "--month", "2012-03", env=nothing)
    assert done.returncode == ExitCode.MISSING_TOOL
    assert "no Prometheus is named, and the lab's does not run" in done.stderr
    assert "estran lab history --month 2012-03" in done.stderr


def test_a_folder_that_cant_be_written(demo_url: str, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", "utf-8")
    done = run_estran("energy", "report", "--month", "2012-03", "--prometheus", demo_url,
                      "--into", str(tmp_path / "taken"))
    assert done.returncode != ExitCode.OK
    assert "Traceback" not in done.stderr
    assert done.stdout == ""  # files first: what can't be kept is not shown as done


@pytest.mark.parametrize("language", ["fr", "en"])
def test_in_80_columns_lines_go_by_their_ids(demo_url: str, language: str) -> None:
    done = run_estran("--lang", language, "energy", "report", "--month", "2012-03", "--prometheus", demo_url,
                      env={"COLUMNS": "80"})
    rows = [line for line in done.stdout.splitlines() if line.startswith("\u2502")]
    assert [row.split()[1] for row in rows[:4]] == ["region", "agglo", "les-sables", "la-dune"]
    assert max(len(line) for line in done.stdout.splitlines()) <= 80


@pytest.fixture(scope="module")
def closed(demo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger in which March 2012 was closed by the command."""
    folder = tmp_path_factory.mktemp("closed")
    done = close(folder, demo_url, "--final", "-o", "json")
    assert done.returncode == ExitCode.OK, done.stderr
    document = json.loads(done.stdout)
    assert (document["state"], document["written"], document["sequence"]) == ("closed", True, 1)
    assert (document["days"], document["days_settled"]) == (31, 31)
    return folder


def close(folder: Path, url: str, *arguments: str, language: str = "en") -> Done:
    return run_estran("--lang", language, "energy", "close", "2012-03", "--ledger", str(folder), "--prometheus", url,
                      *arguments, env={"COLUMNS": "80"})


def test_a_dry_run_writes_no_close(demo_url: str, tmp_path: Path) -> None:
    done = close(tmp_path, demo_url, "--dry-run")
    assert done.returncode == ExitCode.OK, done.stderr
    assert "nothing was written" in done.stdout
    assert not list(tmp_path.rglob("closes/*.json"))


def test_a_second_close_of_the_same_readings_changes_nothing(closed: Path, demo_url: str) -> None:
    before = bytes_of(closed)
    done = close(closed, demo_url, "--final", language="fr")
    assert done.returncode == ExitCode.OK, done.stderr
    assert max(len(line) for line in done.stdout.splitlines()) <= 80
    assert "Agglom" not in done.stdout  # no line changes, so none is listed
    assert bytes_of(closed) == before


def test_the_close_and_the_readings_give_the_same_lines(closed: Path, demo_url: str) -> None:
    kept, fresh = (json.loads(run_estran("energy", "report", "--month", "2012-03", "--ledger", str(closed), *source,
                                         "-o", "json").stdout) for source in ((), ("--prometheus", demo_url)))
    assert (kept["state"], fresh["state"]) == ("closed", "open")
    by_key = [{line["line"]: line["facility_energy_j"] for line in document["lines"]} for document in (kept, fresh)]
    assert by_key[0] == by_key[1]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_meters_in_80_columns(demo_url: str, language: str) -> None:
    done = run_estran("--lang", language, "energy", "meters", "--month", "2012-03", "--prometheus", demo_url,
                      env={"COLUMNS": "80"})
    assert done.returncode == ExitCode.OK, done.stderr
    assert max(len(line) for line in done.stdout.splitlines()) <= 80
    assert "\u2502 dry-cooler-1-input " in done.stdout


def test_meters_as_data_name_their_place(demo_url: str) -> None:
    done = run_estran("energy", "meters", "--month", "2012-03", "--prometheus", demo_url, "-o", "csv")
    rows = {row["meter"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    assert (rows["facility"]["coverage_percent"], rows["facility"]["drift_percent"]) == ("100.0", "0.3")
    assert rows["ups-a-input"]["side"] == "in"
