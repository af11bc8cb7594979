"""One command at a time on a lab."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from infra.inventory.errors import N_
from lab.errors import ConflictError

WAIT_S = 60.0


@contextlib.contextmanager
def locked(path: Path, wait_s: float = WAIT_S) -> Iterator[None]:
    """Hold the lock file `path`, waiting for who holds it; after `wait_s` seconds raise ConflictError with its pid."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        retrying = Retrying(stop=stop_after_delay(wait_s), wait=wait_fixed(0.1),
                            retry=retry_if_exception_type(BlockingIOError))
        try:
            retrying(fcntl.flock, file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except RetryError as fault:
            raise ConflictError(
                N_("Another command has been at work on this lab for {seconds:.0f} s (pid {holder})."), where=str(path),
                seconds=wait_s, holder=_holder(file),
                remedy=N_("Wait until it ends, or stop it, then run the same command again.")) from fault
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _holder(file: IO[str]) -> str:
    file.seek(0)
    return file.read().strip() or "?"
