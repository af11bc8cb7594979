"""How long a warm lab takes to be ready, in how much memory, beside its floor: etcd and the API server alone.

Prints one JSON document. Both are measured in this run, on this machine, each from an empty folder; runs of each
alternate, so that a busy minute weighs on both.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from infra.inventory.load import load_site
from infra.inventory.site import Site
from lab import box, processes
from lab.components import Components, Layout
from lab.identities import prepare_keys
from lab.ports import choose_ports
from lab.state import LabState
from lab.status import status
from toolchain.paths import toolchain_dir

SITE = Path(__file__).resolve().parent.parent / "infra" / "sites" / "demo.yaml"
READY_LIMIT_S, MEMORY_LIMIT_MB = 6.0, 700.0


@contextmanager
def _empty_cache() -> Iterator[Path]:
    """Point Estran to an empty cache, with the engines already there."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="estran-bench-") as folder:
        os.environ |= {"ESTRAN_TOOLCHAIN_DIR": str(toolchain_dir()), "ESTRAN_CACHE": folder}
        try:
            yield Path(folder)
        finally:
            os.environ.clear()
            os.environ |= before


def _timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def lab_run(site: Site) -> dict[str, float]:
    """Return seconds of a first, a second and a restarted `up`, and the memory once ready."""
    with _empty_cache():
        try:
            first = _timed(lambda: box.up(site))
            memory = sum(one.memory_mb or 0 for one in status(LabState.load(site.id)))
            again = _timed(lambda: box.up(site))
            stop = _timed(lambda: box.down(site.id))
            restart = _timed(lambda: box.up(site))
        finally:
            box.down(site.id, purge=True)
    return {"first_s": first, "again_s": again, "restart_s": restart, "down_s": stop, "memory_mb": memory}


def floor_run(site: Site) -> dict[str, float]:
    """Return seconds and memory of etcd and the API server alone, with the same flags."""
    with _empty_cache() as folder:
        layout = Layout(folder)
        prepare_keys(site, layout.keys)
        components = Components(site, layout, choose_ports(folder, {}))
        try:
            ready = _timed(lambda: processes.start([components.etcd(), components.api_server()], folder))
            memory = sum(psutil.Process(one.pid).memory_info().rss for one in processes.running(folder).values()) / 1e6
        finally:
            processes.stop(folder)
    return {"first_s": ready, "memory_mb": memory}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    repeat = parser.parse_args().repeat
    site = load_site(SITE)
    runs = [(lab_run(site), floor_run(site)) for _ in range(repeat)]
    lab, floor = (
        {key: round(statistics.median(run[side][key] for run in runs), 2) for key in runs[0][side]} for side in (0, 1))
    print(json.dumps({
        "benchmark": "lab_start", "repeat": repeat, "lab": lab, "floor_etcd_and_apiserver": floor,
        "over_floor": round(lab["first_s"] / floor["first_s"], 2),
        "limits": {"ready_s": READY_LIMIT_S, "memory_mb": MEMORY_LIMIT_MB},
        "within_limits": lab["first_s"] <= READY_LIMIT_S and lab["memory_mb"] <= MEMORY_LIMIT_MB,
    }, indent=2))


if __name__ == "__main__":
    main()
