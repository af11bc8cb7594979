"""What of a lab runs now."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import psutil

from lab.components import CONTROL_PLANE, CONTROLLER
from lab.state import LabState

EXPECTED = (*CONTROL_PLANE, CONTROLLER, "prometheus")


@dataclass(frozen=True)
class ComponentStatus:
    """One component; `memory_mb` is its resident memory with its children's, in MB (10^6 bytes)."""

    name: str
    running: bool
    pid: int | None
    port: int | None
    memory_mb: float | None


def status(state: LabState) -> list[ComponentStatus]:
    """Return every component a lab can have, running or not, in the order of their start."""
    alive = state.processes
    names = [*EXPECTED, *(name for name in alive if name not in EXPECTED)]
    found = []
    for name in names:
        record = alive.get(name)
        handle = record.handle() if record is not None else None
        found.append(ComponentStatus(name, handle is not None, handle.pid if handle else None, state.ports.get(name),
                                     _memory_mb(handle) if handle else None))
    return found


def _memory_mb(handle: psutil.Process) -> float:
    total = 0
    for process in [handle, *handle.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += process.memory_info().rss
    return round(total / 1e6, 1)
