"""Faults of the lab's history: killed runs, runs at once, broken blocks, missing programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from infra.inventory.site import Site
from lab.errors import MissingToolError, UnreachableError
from lab.history.blocks import MAKING, prepare
from lab.history.openmetrics import write_month
from lab.history.server import address, prometheus_down, prometheus_up
from lab.plant.model import run
from lab.processes import marked, running
from tests.conftest import ROOT
from tests.energy.small import SMALL_FILE, small_site

pytestmark = pytest.mark.engine

PREPARE = """
import sys
from pathlib import Path
from infra.inventory.load import load_site
from lab.history.blocks import prepare
print(prepare(load_site(Path(sys.argv[1])), "2012-02", keep_in=Path(sys.argv[2])).truth_file)
"""


@pytest.fixture(scope="module")
def small() -> Site:
    return small_site()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Months shared by every test of the run that only reads them."""
    return tmp_path_factory.getbasetemp() / "history"


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "state"
    prometheus_down(tmp_path / "state")
    assert list(marked(tmp_path / "state")) == []


def preparing(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", PREPARE, str(SMALL_FILE), str(folder)], text=True, cwd=ROOT,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@retry(retry=retry_if_result(lambda found: not found), wait=wait_fixed(0.02), stop=stop_after_delay(30))
def unfinished(folder: Path) -> list[Path]:
    """Wait until a run is at work in the folder, and return where."""
    return list(folder.glob(f"{MAKING}*"))


class TestKilled:
    def test_a_killed_run_is_taken_up_by_the_next(self, small: Site, tmp_path: Path) -> None:
        process = preparing(tmp_path)
        assert unfinished(tmp_path)
        process.kill()
        process.communicate()
        assert not any((folder / "truth.json").exists() for folder in tmp_path.iterdir())
        history = prepare(small, "2012-02", keep_in=tmp_path)
        assert history.truth_file.exists()
        assert [path.name for path in tmp_path.iterdir()] == [history.truth_file.parent.name]

    def test_an_interrupted_run_leaves_nothing_and_no_process(self, tmp_path: Path) -> None:
        process = preparing(tmp_path)
        assert unfinished(tmp_path)
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(2)
        process.communicate()
        assert process.returncode != 0
        assert list(tmp_path.iterdir()) == []
        assert not psutil.wait_procs(children, timeout=5)[1]

    def test_what_a_living_run_makes_is_left_alone(self, small: Site, tmp_path: Path) -> None:
        gone = subprocess.Popen(["true"])
        gone.wait()
        mine, dead = tmp_path / f"{MAKING}{os.getpid()}-x", tmp_path / f"{MAKING}{gone.pid}-x"
        mine.mkdir()
        dead.mkdir()
        prepare(small, "2012-02", keep_in=tmp_path)
        assert mine.exists()
        assert not dead.exists()

    def test_two_runs_at_once_make_one_month(self, tmp_path: Path) -> None:
        runs = [preparing(tmp_path) for _number in range(2)]
        told = [process.communicate(timeout=120) for process in runs]
        assert [process.returncode for process in runs] == [0, 0], told
        assert told[0][0] == told[1][0]
        assert len(list(tmp_path.iterdir())) == 1


class TestBroken:
    def test_blocks_that_prometheus_cant_read(self, small: Site, tmp_path: Path, state: Path) -> None:
        history = prepare(small, "2012-02", keep_in=tmp_path / "kept")
        block = next(history.blocks_dir.iterdir())
        (block / "index").write_bytes(b"not an index")
        with pytest.raises(UnreachableError, match="prometheus"):
            prometheus_up(state, [history.blocks_dir])
        assert running(state) == {}
        assert address(state) is None

    def test_without_prometheus(self, small: Site, kept: Path, tmp_path: Path, state: Path,
                                monkeypatch: pytest.MonkeyPatch) -> None:
        history = prepare(small, "2012-02", keep_in=kept)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("ESTRAN_TOOLCHAIN_DIR", str(tmp_path / "toolchain"))
        with pytest.raises(MissingToolError, match="prometheus is not on this machine"):
            prometheus_up(state, [history.blocks_dir])

    def test_months_of_two_sites_side_by_side(self, small: Site, kept: Path, tmp_path: Path, state: Path) -> None:
        other = tmp_path / "other"
        one = prepare(small, "2012-02", keep_in=kept)
        renamed = small.model_copy(update={"identity": small.identity.model_copy(update={"id": "twin"})})
        two = prepare(renamed, "2012-02", keep_in=kept)
        url, twin = prometheus_up(state, [one.blocks_dir]), prometheus_up(other, [two.blocks_dir])
        try:
            assert url != twin
        finally:
            assert prometheus_down(other)


class TestText:
    def test_what_is_written_is_what_the_registers_show(self, small: Site, tmp_path: Path) -> None:
        month = run(small, "2012-02")
        write_month(month, tmp_path / "month.om")
        lines = (tmp_path / "month.om").read_text("ascii").splitlines()
        for name, register in month.registers.items():
            written = np.array([float(line.rsplit(" ", 2)[1]) for line in lines if f'meter="{name}"' in line])
            assert np.array_equal(written, np.round(register, 4)), name

    def test_moments_go_forward_in_every_series(self, small: Site, tmp_path: Path) -> None:
        write_month(run(small, "2012-02"), tmp_path / "month.om")
        last: dict[str, int] = {}
        for line in (tmp_path / "month.om").read_text("ascii").splitlines():
            if not line.startswith("#"):
                series, moment = line.rsplit(" ", 2)[0], int(line.rsplit(" ", 1)[1])
                assert moment > last.get(series, 0)
                last[series] = moment

    def test_truth_is_json_that_people_can_read(self, small: Site, kept: Path) -> None:
        text = prepare(small, "2012-02", keep_in=kept).truth_file.read_text("utf-8")
        assert json.loads(text)["unit"] == "J"
        assert text.count("\n") > 20
