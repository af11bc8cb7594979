"""Files of the report: whole or not at all, the same twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from energy.interval import Period
from energy.report import files
from energy.report.files import KINDS, targets_in, write_files
from energy.report.lines import EnergyReport
from energy.report.reader import Reader
from infra.inventory.site import Site
from tests.energy.report.made import made_report

READER = Reader()


@pytest.fixture
def report(small: Site, day: Period) -> EnergyReport:
    return made_report(small, day)


def test_names_say_site_month_and_view(report: EnergyReport, tmp_path: Path) -> None:
    assert {kind: path.name for kind, path in targets_in(tmp_path, report).items()} == {
        kind: f"energy-small-2012-03-by-tenant.{kind}" for kind in ("html", "csv", "json", "svg")}


def test_all_four_are_written_in_a_new_folder(report: EnergyReport, tmp_path: Path) -> None:
    targets = targets_in(tmp_path / "a" / "b", report)
    assert write_files(report, READER, targets) == list(targets.values())
    assert sorted(path.suffix for path in (tmp_path / "a" / "b").iterdir()) == [".csv", ".html", ".json", ".svg"]


def test_a_second_run_writes_the_same_bytes(report: EnergyReport, tmp_path: Path) -> None:
    targets = targets_in(tmp_path, report)
    write_files(report, READER, targets)
    first = {path: path.read_bytes() for path in targets.values()}
    write_files(report, READER, targets)
    assert {path: path.read_bytes() for path in targets.values()} == first


def test_older_files_are_replaced(report: EnergyReport, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("old", "utf-8")
    write_files(report, READER, {"csv": path})
    assert path.read_text("utf-8").startswith("site,period_start")


def test_anybody_may_read_them(report: EnergyReport, tmp_path: Path) -> None:
    (path,) = write_files(report, READER, {"json": tmp_path / "r.json"})
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_fault_while_rendering_leaves_every_file_as_it_was(report: EnergyReport, tmp_path: Path,
                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_report: EnergyReport, _reader: Reader) -> str:
        raise ZeroDivisionError

    targets = targets_in(tmp_path, report)
    for path in targets.values():
        path.write_text("old", "utf-8")
    monkeypatch.setattr(files, "KINDS", {**KINDS, "svg": broken})
    with pytest.raises(ZeroDivisionError):
        write_files(report, READER, targets)
    assert all(path.read_text("utf-8") == "old" for path in targets.values())
    assert len(list(tmp_path.iterdir())) == len(targets)


def test_a_fault_while_writing_leaves_no_part_behind(report: EnergyReport, tmp_path: Path,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "r.html"
    path.write_text("old", "utf-8")
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_files(report, READER, {"html": path})
    assert path.read_text("utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_where_a_folder_should_be(report: EnergyReport, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", "utf-8")
    with pytest.raises(OSError, match="taken"):
        write_files(report, READER, {"csv": tmp_path / "taken" / "r.csv"})
