"""No program that we started outlives us, whatever ends the run."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil

GRACE_S = 30
INSIST_S = 5


def is_alive(pid: int) -> bool:
    """True where a process of this number runs on this machine."""
    return psutil.pid_exists(pid)


class Interrupts:
    """What Ctrl-C does while other programs work for us.

    The first asks them to stop as Pulumi wants it: one SIGINT, upon which it finishes what is under way and gives its
    lock back. The second ends them at once. Descendants are noted at the signal, because those whose parent dies first
    are nobody's children afterwards.
    """

    def __init__(self) -> None:
        self.count = 0
        self.family: set[psutil.Process] = set()
        self._before = set(psutil.Process().children(recursive=True))

    def note_family(self) -> None:
        """Note every descendant that was born since this began."""
        self.family.update(set(psutil.Process().children(recursive=True)) - self._before)

    def on_signal(self, _number: int, _frame: Any) -> None:
        self.count += 1
        children = set(psutil.Process().children()) - self._before
        self.note_family()
        if self.count > 1 or not children:
            raise KeyboardInterrupt
        if not _terminal_tells_everyone():
            _send(children, signal.SIGINT)

    def check(self) -> None:
        """Raise KeyboardInterrupt where one came meanwhile: nothing new may be started."""
        if self.count:
            raise KeyboardInterrupt


@contextmanager
def children_end_with_us() -> Iterator[Interrupts]:
    """Leave the block with no descendant alive when it was interrupted; KeyboardInterrupt then leaves it too."""
    interrupts = Interrupts()
    before = signal.signal(signal.SIGINT, interrupts.on_signal)
    try:
        yield interrupts
        interrupts.check()
    except KeyboardInterrupt:
        interrupts.note_family()
        _end(interrupts)
        raise
    except Exception as error:
        if not interrupts.count:
            raise
        _end(interrupts)
        raise KeyboardInterrupt from error
    finally:
        signal.signal(signal.SIGINT, before)


def _end(interrupts: Interrupts) -> None:
    """Wait for the family to end; insist with those that do not, at once where the user already insisted."""
    patience = {signal.SIGINT: GRACE_S, signal.SIGTERM: INSIST_S, signal.SIGKILL: INSIST_S}
    if interrupts.count == 1:
        _gone, alive = psutil.wait_procs(interrupts.family, timeout=GRACE_S)
    else:
        alive = list(interrupts.family)
    for number in list(patience)[1 if interrupts.count else 0:]:
        _send(set(alive), number)
        _gone, alive = psutil.wait_procs(alive, timeout=patience[number])
        if not alive:
            return


def _send(processes: set[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def _terminal_tells_everyone() -> bool:
    """True where Ctrl-C was typed at a terminal whose foreground we are: our children have heard it already."""
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False
