"""`estran energy close`, `explain`, `verify` and `whatif` as a user runs them, on a ledger of the small site."""

from __future__ import annotations

import csv
import io
import json
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from energy.closing.close import Intent
from energy.ledger.book import Ledger
from ops_cli.exit_codes import ExitCode
from tests.conftest import ROOT, Done, run_estran
from tests.energy.closing.made import bytes_of, close, month_inputs
from tests.energy.small import SMALL_FILE, small_site

NARROW = 80


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger in which March 2012 of the small site is closed: 744 - 1 hours of 700 W at the facility meter."""
    folder = tmp_path_factory.mktemp("kept")
    site = small_site()
    close(site, folder, month_inputs(site), Intent(final=True))
    return folder


@pytest.fixture
def ledger(kept: Path, tmp_path: Path) -> Path:
    """The same, for a test that hurts it."""
    return Path(shutil.copytree(kept, tmp_path / "ledger"))


def energy(folder: Path, *arguments: str, columns: int = 120, language: str = "en") -> Done:
    return run_estran("--lang", language, "energy", *arguments, "--ledger", str(folder), "--site", str(SMALL_FILE),
                      env={"COLUMNS": str(columns), "ESTRAN_PROMETHEUS": ""})


def told(folder: Path, *arguments: str) -> Any:
    done = energy(folder, *arguments, "-o", "json")
    assert done.returncode == ExitCode.OK, done.stderr
    return json.loads(done.stdout)


def digest_of(folder: Path) -> str:
    (close_,) = Ledger(folder, "small").closes()
    return close_.digest


def widest(text: str) -> int:
    return max(len(line) for line in text.splitlines())


class TestReport:
    def test_a_closed_month_needs_no_prometheus(self, kept: Path) -> None:
        document = told(kept, "report", "--month", "2012-03")
        # 743 h x 700 W
        assert document["closing"]["facility_meter_wh"] == document["closing"]["sum_of_lines_wh"] == 520_100
        assert document["state"] == "closed"
        assert document["closes"] == [digest_of(kept)]
        assert [zone["line"] for zone in document["zones"]] == ["air", "oil"]

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_80_columns_hold_the_table_and_its_names(self, kept: Path, language: str) -> None:
        done = energy(kept, "report", "--month", "2012-03", columns=NARROW, language=language)
        assert widest(done.stdout) <= NARROW
        for name in ("alpha", "beta", "_platform", "_free", "_residual"):
            assert f"\u2502 {name} " in done.stdout

    def test_it_says_whether_the_figures_bind_and_what_they_rest_on(self, kept: Path) -> None:
        said = energy(kept, "report", "--month", "2012-03").stdout
        digest = digest_of(kept)
        assert f"closed \u2013 kept in the ledger: these figures bind \u00b7 close {digest[:16]}" in said
        assert "coverage: measured 100.00%" in said
        assert "iPUE3 1.4" in said
        assert "\u00b1" in said

    def test_csv_is_complete(self, kept: Path) -> None:
        rows = {row["line"]: row for row in csv.DictReader(io.StringIO(
            energy(kept, "report", "--month", "2012-03", "-o", "csv").stdout))}
        assert sum(int(row["full_cost_wh"]) for row in rows.values() if row["full_cost_wh"]) == 520_100
        assert rows["alpha"]["state"] == "closed"
        assert float(rows["alpha"]["energy_relative_u"]) > 0
        assert rows["alpha"]["market_gco2e"] == ""  # blank: the small site has no residual mix
        assert rows["_residual"]["itue"] == ""

    @pytest.mark.parametrize(("arguments", "code", "said"), [
        (("--year", "2012"), ExitCode.MISSING_DATA, "11 months of 2012 have no close: 2012-01, 2012-02, 2012-04"),
        (("--year", "2012", "--month", "2012-03"), ExitCode.INVALID_INPUT, "name either a month or a year"),
        (("--month", "march"), ExitCode.INVALID_INPUT, "'march' is not a month"),
        (("--month", "2012-04"), ExitCode.MISSING_TOOL, "no Prometheus is named"),
    ])
    def test_refusals(self, kept: Path, arguments: tuple[str, ...], code: ExitCode, said: str) -> None:
        done = energy(kept, "report", *arguments)
        assert (done.returncode, done.stdout) == (code, "")
        assert said in done.stderr


def test_a_year_is_a_sum_of_its_closes(tmp_path: Path) -> None:
    site = small_site()
    for number in range(1, 13):
        close(site, tmp_path, month_inputs(site, f"2012-{number:02d}"), Intent(final=number != 12))
    document = told(tmp_path, "report", "--year", "2012")
    assert document["closing"]["facility_meter_wh"] == 366 * 24 * 700  # 2012 has 366 days
    assert document["state"] == "provisional"  # December's: the least sure of twelve
    assert len(document["closes"]) == 12
    assert {ratio["symbol"] for ratio in document["site_ratios"]} == {"PUE"}  # twelve months: interim no more
    said = energy(tmp_path, "report", "--year", "2012", columns=NARROW).stdout
    assert "iPUE" not in said
    assert "12 closes, the last one" in " ".join(said.split())


class TestExplain:
    def test_steps_are_the_figures_of_the_report(self, kept: Path) -> None:
        found = told(kept, "explain", "--tenant", "alpha", "--month", "2012-03")
        line = next(line for line in told(kept, "report", "--month", "2012-03")["lines"] if line["line"] == "alpha")
        assert [step["energy_wh"] for step in found["steps"][:5]] == [line["components_wh"][part] for part in (
            "dynamic", "idle", "cooling", "loss", "base")]
        assert found["direct_wh"] == line["facility_energy_wh"]
        assert found["steps"][-1]["cumulative_wh"] == found["full_cost_wh"]
        assert found["carbon"]["market"]["blank"].startswith("no residual factor of FR")

    def test_csv_has_a_row_per_step(self, kept: Path) -> None:
        done = energy(kept, "explain", "--tenant", "beta", "--month", "2012-03", "-o", "csv")
        rows = list(csv.DictReader(io.StringIO(done.stdout)))
        assert [row["step"] for row in rows] == ["own-use", "idle", "cooling", "loss", "base", "free-share",
                                                 "platform-share", "residual-share"]

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_80_columns(self, kept: Path, language: str) -> None:
        done = energy(kept, "explain", "--tenant", "alpha", "--month", "2012-03", columns=NARROW, language=language)
        assert done.returncode == ExitCode.OK, done.stderr
        assert widest(done.stdout) <= NARROW
        assert "rte-eco2mix-national-2012-taux-co2" in done.stdout  # ids are whole, to be copied
        assert "2012-03-01" in done.stdout  # why the market book is blank: no factor from then on

    def test_picture_and_page_twice_the_same(self, kept: Path, tmp_path: Path) -> None:
        asked = ("explain", "--tenant", "alpha", "--month", "2012-03", "--svg", str(tmp_path / "a.svg"), "--html",
                 str(tmp_path / "a.html"))
        assert energy(kept, *asked).returncode == ExitCode.OK
        first = [(tmp_path / name).read_bytes() for name in ("a.svg", "a.html")]
        assert energy(kept, *asked).stderr.count("written: ") == 2
        assert [(tmp_path / name).read_bytes() for name in ("a.svg", "a.html")] == first

    def test_an_unknown_tenant(self, kept: Path) -> None:
        done = energy(kept, "explain", "--tenant", "gamma", "--month", "2012-03")
        assert (done.returncode, done.stdout) == (ExitCode.INVALID_INPUT, "")
        assert "the site has no tenant 'gamma'" in done.stderr
        assert "name one of: alpha, beta" in done.stderr


class TestWhatif:
    def test_every_rule_shares_the_same_energy(self, kept: Path) -> None:
        rows = told(kept, "whatif", "--month", "2012-03", "--rule", "capacity")
        assert rows[-1]["line"] == "\u03a3"
        assert rows[-1]["proportional_wh"] == rows[-1]["capacity_wh"] == 520_100
        assert sum(row["capacity_wh"] for row in rows[:-1]) == 520_100

    def test_an_unknown_rule(self, kept: Path) -> None:
        done = energy(kept, "whatif", "--month", "2012-03", "--rule", "fair")
        assert done.returncode == ExitCode.USAGE
        assert "fair" in done.stderr


class TestVerify:
    def test_a_sound_ledger(self, kept: Path) -> None:
        (row,) = told(kept, "verify")
        assert (row["closes"], row["replayed"], row["same_bytes"], row["faults"]) == (1, 1, 1, 0)
        assert row["head"] == digest_of(kept)

    def test_it_writes_nothing(self, ledger: Path) -> None:
        before = bytes_of(ledger)
        assert energy(ledger, "verify").returncode == ExitCode.OK
        assert bytes_of(ledger) == before

    def test_a_part_cut_short_is_found_and_named(self, ledger: Path) -> None:
        part = max((ledger / "small" / "parts").rglob("*"), key=lambda path: path.is_file() and path.stat().st_size)
        part.write_bytes(part.read_bytes()[:-10])
        done = energy(ledger, "verify")
        assert done.returncode == ExitCode.STORAGE
        assert part.name[:16] in done.stderr
        assert "restated, never edited" in done.stderr

    def test_a_head_that_was_cut_off_is_found(self, kept: Path) -> None:
        done = energy(kept, "verify", "--head", "0" * 63 + "1")
        assert done.returncode == ExitCode.STORAGE


class TestLock:
    def test_a_second_close_is_refused_while_one_is_at_work(self, ledger: Path) -> None:
        before = bytes_of(ledger)
        with Ledger(ledger, "small").writing():
            done = energy(ledger, "close", "2012-04", "--prometheus", "http://127.0.0.1:9")
        assert (done.returncode, done.stdout) == (ExitCode.CONFLICT, "")
        assert bytes_of(ledger) == before

    def test_ctrl_c_leaves_no_close_and_no_lock(self, ledger: Path) -> None:
        """A Prometheus that takes the call and never answers: the close waits for it when Ctrl-C comes."""
        before = bytes_of(ledger)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            silent.settimeout(60)
            running = subprocess.Popen(
                [sys.executable, "-m", "ops_cli", "energy", "close", "2012-04", "--ledger", str(ledger), "--site",
                 str(SMALL_FILE), "--prometheus", f"http://127.0.0.1:{silent.getsockname()[1]}"],
                cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
            caller, _address = silent.accept()
            running.send_signal(signal.SIGINT)
            said, talk = running.communicate(timeout=60)
            caller.close()
        assert running.returncode == ExitCode.INTERRUPTED, talk
        assert (said, "Traceback" in talk) == ("", False)
        assert bytes_of(ledger) == before
        with Ledger(ledger, "small").writing():  # the lock fell with the process
            pass


class TestRules:
    def test_on_standard_output_and_in_a_file_alike(self, tmp_path: Path) -> None:
        site = ("--site", str(SMALL_FILE))
        printed, path = run_estran("energy", "rules", *site), tmp_path / "rules.yaml"
        assert run_estran("energy", "rules", "--into", str(path), *site).returncode == ExitCode.OK
        assert printed.stdout == path.read_text("utf-8")
        assert printed.stdout.startswith(("#", "groups:"))


class TestFactors:
    def test_a_file_that_is_none(self, tmp_path: Path) -> None:
        done = energy(tmp_path, "factors", str(tmp_path / "absent.csv"))
        assert done.returncode == ExitCode.USAGE
        assert "absent.csv" in done.stderr

    def test_a_file_of_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "other.csv").write_text("a,b\n1,2\n", "utf-8")
        done = energy(tmp_path / "ledger", "factors", str(tmp_path / "other.csv"))
        assert done.returncode in (ExitCode.INVALID_INPUT, ExitCode.MISSING_DATA)
        assert "other.csv" in done.stderr
        assert "Traceback" not in done.stderr
