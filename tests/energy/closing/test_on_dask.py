"""The same month on Dask: the same bytes, with all its workers and with one killed in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from infra.inventory.paths import SITES_DIR
from infra.inventory.site import Site
from tests.energy.closing.made import bytes_of

pytestmark = pytest.mark.engine

ROOT = SITES_DIR.parent.parent
CLOSED = """
import sys
from pathlib import Path
from energy.closing.close import Intent
from energy.closing.on_dask import dask_settler
from tests.energy.closing.made import close, month_inputs
from tests.energy.small import small_site

if __name__ == "__main__":
    with dask_settler(None, 2) as settler:
        close(small_site(), Path(sys.argv[1]), month_inputs(small_site()), Intent(final=True), settler)
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "closing_on_dask.py"
    path.write_text(CLOSED, "utf-8")
    return path


def started(script: Path, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, str(script), str(folder)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})


def settled_parts(folder: Path) -> int:
    return len(list(folder.rglob("*.parquet")))


def workers(run: subprocess.Popen[str]) -> list[psutil.Process]:
    """Return the processes that settle: the nannies' children, which the scheduler's process does not run itself."""
    return [child for child in psutil.Process(run.pid).children(recursive=True)
            if any("spawn_main" in part for part in child.cmdline())]


def test_two_workers_give_the_bytes_of_one_process(script: Path, tmp_path: Path, closed_once: Path) -> None:
    run = started(script, tmp_path / "ledger")
    _out, said = run.communicate()
    assert run.returncode == 0, said
    assert bytes_of(tmp_path / "ledger") == bytes_of(closed_once)


def test_a_worker_killed_in_the_middle_changes_nothing(script: Path, tmp_path: Path, closed_once: Path) -> None:
    folder = tmp_path / "ledger"
    run = started(script, folder)
    # A constant month has few different inputs: its parts are there before the first day is settled.
    before = len(list(closed_once.rglob("*.parquet")))

    @retry(retry=retry_if_result(lambda found: not found), wait=wait_fixed(0.02), stop=stop_after_delay(60))
    def somebody_settles() -> list[psutil.Process]:
        busy = workers(run)
        return busy if 3 <= settled_parts(folder) < before else []

    victim = somebody_settles()[0]
    os.kill(victim.pid, signal.SIGKILL)
    _out, said = run.communicate()
    assert run.returncode == 0, said
    assert bytes_of(folder) == bytes_of(closed_once)


NOBODY = """
from energy.closing import on_dask
from energy.errors import UnreachableError

on_dask.CONNECT_S = 1
try:
    with on_dask.dask_settler("tcp://127.0.0.1:9", 2):
        pass
except UnreachableError as refused:
    print(refused)
"""


def test_no_scheduler_at_the_address() -> None:
    # in a process of its own: the library leaves the socket of a failed connection to the garbage collector
    done = subprocess.run([sys.executable, "-c", NOBODY], capture_output=True, text=True, check=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert "tcp://127.0.0.1:9: no Dask scheduler answers" in done.stdout
    assert "leave --scheduler out for a local cluster" in done.stdout


def test_a_zone_split_by_itself_is_the_part_of_the_whole(site: Site) -> None:
    from energy.closing.settled_day import settle_day, split_zone
    from tests.energy.closing.made import month_inputs

    day = next(iter(month_inputs(site).days(site.zone_info)))
    whole = settle_day(site, day, {})
    parted = settle_day(site, day, {}, [split_zone(site, day, {}, zone) for zone in ("oil", "air")])
    for component, shares in whole.shares.items():
        assert parted.shares[component].holders == shares.holders
        assert parted.shares[component].energy_j.tolist() == shares.energy_j.tolist()
