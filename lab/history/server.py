"""Prometheus over prepared blocks: on loopback, on a free port, scraping nothing, forgetting nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path

import requests

from infra.inventory.errors import N_
from lab.errors import StorageError
from lab.history.blocks import program
from lab.processes import Process, running, start, stop
from lab.record import read_json, write_json, write_text

NAME = "prometheus"
RETENTION = "100y"  # counted from the newest block; the default of 15 days would delete a month at its first start
READY_TIMEOUT_S = 30.0
_CONFIG = "# The lab's Prometheus serves a month made by the plant: it scrapes nothing.\nglobal: {}\n"


def prometheus_up(state_dir: Path, blocks_dirs: Sequence[Path], port: int = 0) -> str:
    """Return the address of a Prometheus that serves the blocks of `blocks_dirs`; start it, or keep the one that does.

    It listens on `port` where that is free, else on any other.
    Blocks are hard-linked into the state, so that the kept ones stay as they are whatever Prometheus does with its own.
    Raises UnreachableError (it died or is not ready), MissingToolError, StorageError.
    """
    binary = program(NAME)
    data_dir = state_dir / NAME / "data"
    served = hashlib.sha256("\n".join(sorted(map(str, blocks_dirs))).encode()).hexdigest()[:16]
    url = address(state_dir)
    if url is None or _served(state_dir) != served:
        stop(state_dir, [NAME])
        _link_blocks(blocks_dirs, data_dir)
        url = url or f"http://127.0.0.1:{_free_port(port)}"
    config = state_dir / NAME / "prometheus.yml"
    write_text(config, _CONFIG)
    start([_process(binary, config, data_dir, url, state_dir)], state_dir, READY_TIMEOUT_S)
    write_json(state_dir / NAME / "served.json", {"url": url, "served": served})
    return url


def prometheus_down(state_dir: Path) -> bool:
    """Stop the state's Prometheus; return whether one ran."""
    return bool(stop(state_dir, [NAME]))


def address(state_dir: Path) -> str | None:
    """Return the address of the state's running Prometheus, None when none runs."""
    record = state_dir / NAME / "served.json"
    if NAME not in running(state_dir) or not record.exists():
        return None
    return str(read_json(record)["url"])


def _served(state_dir: Path) -> str:
    return str(read_json(state_dir / NAME / "served.json")["served"])


def _process(binary: Path, config: Path, data_dir: Path, url: str, state_dir: Path) -> Process:
    listen = url.removeprefix("http://")
    return Process(NAME, argv=(
        str(binary), f"--config.file={config}", f"--storage.tsdb.path={data_dir}",
        f"--storage.tsdb.retention.time={RETENTION}", f"--web.listen-address={listen}", "--log.level=warn",
    ), log=state_dir / "logs" / f"{NAME}.log", ready=lambda: _answers(url))


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/-/ready", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def _link_blocks(blocks_dirs: Sequence[Path], data_dir: Path) -> None:
    try:
        if data_dir.exists():
            shutil.rmtree(data_dir)
        data_dir.mkdir(parents=True)
        for blocks in blocks_dirs:
            for block in sorted(path for path in blocks.iterdir() if (path / "meta.json").exists()):
                shutil.copytree(block, data_dir / block.name, copy_function=_link)
    except OSError as fault:
        raise StorageError(N_("the blocks can't be put in place: {fault}"), where=str(data_dir),
                           fault=fault.strerror or fault,
                           remedy=N_("free some room there, then run again")) from fault


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def _free_port(wanted: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return _free_port(0)
        return int(probe.getsockname()[1])
