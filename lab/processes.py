"""Long-lived processes of the lab: started in their own session, remembered, found again, stopped.

A process is known by its pid *and* its creation time, so a reused pid is never taken for ours; and it carries a mark
in its environment, so that one whose record was lost (power cut, SIGKILL of `lab up`) is still found and stopped.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

import psutil
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from infra.inventory.errors import N_
from lab.errors import StorageError, UnreachableError
from lab.interrupts import uninterrupted
from lab.record import read_json, write_json

T = TypeVar("T")
MARK = "ESTRAN_LAB_PROCESS"
TAIL_LINES = 12
POLL_S = 0.05
STOP_TIMEOUT_S = 6.0
LOG_LIMIT_BYTES = 20_000_000


@dataclass(frozen=True)
class Process:
    """What to run. `env` is the whole environment of the process but for PATH and HOME, which it inherits."""

    name: str
    argv: tuple[str, ...]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] = lambda: True

    def fingerprint(self) -> str:
        """Return what changes when the process must be restarted to follow its description."""
        described = json.dumps([self.argv, sorted(self.env.items())])
        return hashlib.sha256(described.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Running:
    """A process that was started: `created` is its start time as the kernel tells it (seconds since 1970)."""

    name: str
    pid: int
    created: float
    fingerprint: str
    log: str
    order_ns: int

    def handle(self) -> psutil.Process | None:
        """Return the live process, or None when it is gone, a zombie, or its pid is now somebody else's."""
        try:
            found = psutil.Process(self.pid)
            if abs(found.create_time() - self.created) > 0.5:
                return None
        except psutil.NoSuchProcess:
            return None
        return None if _ended(found) else found


def running(state: Path) -> dict[str, Running]:
    """Return the live processes recorded in the folder `state`, oldest first.

    A damaged record counts as none: `stop` finds its process by the mark it carries.
    """
    records = (_recorded(path) for path in (state / "processes").glob("*.json"))
    alive = [record for record in records if record is not None and record.handle() is not None]
    return {record.name: record for record in sorted(alive, key=lambda record: record.order_ns)}


def _recorded(path: Path) -> Running | None:
    try:
        return Running(**read_json(path))
    except (StorageError, TypeError):
        return None


def start(processes: Sequence[Process], state: Path, timeout_s: float = 60.0) -> list[str]:
    """Start those of `processes` that are not running as described, wait until all are ready; return the names started.

    When one dies or the wait is interrupted, what this call started is stopped again before the error leaves.
    Raises UnreachableError naming the component, with the end of its log.
    """
    alive = running(state)
    started: list[str] = []
    try:
        for process in processes:
            record = alive.get(process.name)
            if record is not None and record.fingerprint == process.fingerprint():
                continue
            if record is not None:
                stop(state, [process.name])
            started.append(process.name)
            _spawn(process, state)
        _wait_ready(processes, state, timeout_s)
    except BaseException:
        stop(state, started)
        raise
    return started


def stop(state: Path, names: Sequence[str] | None = None) -> list[str]:
    """Stop the processes recorded in `state` (only `names` when given), and return their names.

    The youngest goes first and is waited for: an API server whose etcd is gone takes ten seconds to end.
    """
    records = [record for name, record in running(state).items() if names is None or name in names]
    for record in reversed(records):
        if (handle := record.handle()) is not None:
            _end([handle])
    _end(list(marked(state, names)))
    for path in (state / "processes").glob("*.json"):
        if names is None or path.stem in names:
            path.unlink(missing_ok=True)
    return [record.name for record in records]


def _end(handles: Sequence[psutil.Process]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        for handle in handles:
            _signal(handle, number)
        handles = _outlasting(handles, STOP_TIMEOUT_S)


def _outlasting(handles: Sequence[psutil.Process], timeout_s: float) -> list[psutil.Process]:
    """Return those of `handles` that still run after `timeout_s` seconds.

    A zombie has ended: psutil's own wait would stay until its parent, which may be slow, has taken note.
    """
    return _until_empty(lambda: [handle for handle in handles if not _ended(handle)], timeout_s, POLL_S / 5)


def _ended(handle: psutil.Process) -> bool:
    try:
        if handle.status() != psutil.STATUS_ZOMBIE:
            return not handle.is_running()
    except psutil.NoSuchProcess:
        return True
    with contextlib.suppress(ChildProcessError):  # another run's child: its own parent reaps it
        os.waitpid(handle.pid, os.WNOHANG)
    return True


def marked(state: Path, names: Sequence[str] | None = None) -> Iterator[psutil.Process]:
    """Yield live processes that carry the mark of the folder `state`, recorded or not."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            folder, _separator, name = process.environ().get(MARK, "").rpartition("#")
            ours = folder == str(state.resolve()) and (names is None or name in names)
            if ours and not _ended(process):
                yield process


def log_tail(log: Path, lines: int = TAIL_LINES) -> str:
    """Return the last lines of a log file; empty when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16_384))
            return "\n".join(file.read().decode("utf-8", "replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""


def _spawn(process: Process, state: Path) -> None:
    process.log.parent.mkdir(parents=True, exist_ok=True)
    if process.log.exists() and process.log.stat().st_size > LOG_LIMIT_BYTES:
        process.log.replace(process.log.with_suffix(process.log.suffix + ".old"))
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ}
    environment = {**inherited, **process.env, MARK: f"{state.resolve()}#{process.name}"}
    with uninterrupted():  # a Ctrl-C between the start and the record would lose the process
        pid = _posix_spawn(process, environment)
        created = psutil.Process(pid).create_time()
        record = Running(process.name, pid, created, process.fingerprint(), str(process.log), time.time_ns())
        write_json(state / "processes" / f"{process.name}.json", asdict(record))


def _posix_spawn(process: Process, environment: Mapping[str, str]) -> int:
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(process.log), append, 0o600),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    try:
        return os.posix_spawnp(
            process.argv[0], process.argv, environment, file_actions=actions, setsid=True,
            setsigmask=(), setsigdef=(signal.SIGINT, signal.SIGTERM, signal.SIGPIPE),
        )
    except OSError as fault:
        raise UnreachableError(
            N_("{component} can't be started: {fault}."), where=process.argv[0], component=process.name,
            fault=fault.strerror, remedy=N_("Run `estran toolchain sync`, then the same command again."),
        ) from fault


def _wait_ready(processes: Sequence[Process], state: Path, timeout_s: float) -> None:
    waiting = list(processes)

    def still_waiting() -> list[Process]:
        nonlocal waiting
        alive = running(state)
        for process in waiting:
            if process.name not in alive:
                raise _dead(process)
        waiting = [process for process in waiting if not process.ready()]
        return waiting

    late = _until_empty(still_waiting, timeout_s, POLL_S)
    if late:
        raise _late(late[0], timeout_s)


def _until_empty(remaining: Callable[[], list[T]], timeout_s: float, poll_s: float) -> list[T]:
    """Call `remaining` until it returns nothing or the time is over; return its last answer."""
    retrying = Retrying(stop=stop_after_delay(timeout_s), wait=wait_fixed(poll_s), retry=retry_if_result(bool),
                        retry_error_callback=lambda call: call.outcome.result() if call.outcome else [])
    return retrying(remaining)


def _dead(process: Process) -> UnreachableError:
    return UnreachableError(
        N_("{component} stopped just after its start. The end of its log:\n{tail}"), where=str(process.log),
        component=process.name, tail=log_tail(process.log),
        remedy=N_("Read the log named above; `estran lab down --purge` and `estran lab up` start afresh."),
    )


def _late(process: Process, timeout_s: float) -> UnreachableError:
    return UnreachableError(
        N_("{component} is not ready after {seconds:.0f} s. The end of its log:\n{tail}"), where=str(process.log),
        component=process.name, seconds=timeout_s, tail=log_tail(process.log),
        remedy=N_("Is this machine very busy? Run the same command again: it goes on from where it stopped."),
    )


def _signal(handle: psutil.Process, number: signal.Signals) -> None:
    """Signal the whole session that the process leads; the process alone when it leads none."""
    with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
        if handle.is_running() and os.getpgid(handle.pid) == handle.pid:
            os.killpg(handle.pid, number)
        else:
            handle.send_signal(number)
