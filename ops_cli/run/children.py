"""No program that we started outlives us, whatever ends the run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

GRACE_S = 20


def is_alive(pid: int) -> bool:
    """True where a process of this number runs on this machine."""
    import psutil

    return psutil.pid_exists(pid)


@contextmanager
def children_end_with_us() -> Iterator[None]:
    """When the block is left by an interrupt, ask each child to stop as Pulumi wants it (SIGINT), then insist.

    Pulumi answers the first SIGINT by finishing what is under way and giving its lock back.
    """
    try:
        yield
    except KeyboardInterrupt:
        _end_children()
        raise


def _end_children() -> None:
    import signal

    import psutil

    children = psutil.Process().children(recursive=True)
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        for child in children:
            if child.is_running():
                child.send_signal(sign)
        _gone, children = psutil.wait_procs(children, timeout=GRACE_S)
        if not children:
            return
