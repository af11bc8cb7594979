"""How the toolchain tells what it is doing; the command line draws it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives what is under way. `key` names a task; amounts are in the unit named at its beginning."""

    def begin(self, key: str, unit: str, total: float | None) -> None:
        """A task starts; `unit` is "bytes" or "packages", `total` None while unknown."""

    def advance(self, key: str, done: float, total: float | None = None) -> None:
        """The task has done this much in all."""

    def end(self, key: str) -> None:
        """The task is over."""

    def note(self, message: str, **figures: object) -> None:
        """Something worth a line: `message` is a catalogue message."""


class Silent:
    """A Progress that tells nothing."""

    def begin(self, key: str, unit: str, total: float | None) -> None: ...

    def advance(self, key: str, done: float, total: float | None = None) -> None: ...

    def end(self, key: str) -> None: ...

    def note(self, message: str, **figures: object) -> None: ...
