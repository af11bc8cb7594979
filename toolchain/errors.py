"""Refusals of the toolchain, in the same shape as every other room's; the class name decides the exit code."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST)


def N_(message: str) -> str:
    """Mark `message` for the catalogue; only `ops_cli` knows the reader's language."""
    return message


class ToolchainError(Exception):
    """A refusal that a person can act on: `what` and `remedy` hold `{name}` placeholders that `figures` fill."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "", **figures: object) -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        self.figures = figures
        super().__init__(what.format(**figures))

    def __str__(self) -> str:
        parts = [self.where, self.what.format(**self.figures), self.remedy.format(**self.figures)]
        return ": ".join(part for part in parts if part)


class MissingToolError(ToolchainError):
    """An engine, or what is needed to make it, is not on this machine."""


class RefusedError(ToolchainError):
    """A file was refused."""


class SupplyChainError(RefusedError):
    """A file is not the one its publisher, or our lock, says it is."""


class UnreachableError(ToolchainError):
    """A host that publishes releases does not answer, or not to the end."""


class StorageError(ToolchainError):
    """The cache can't be written."""


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a full or forbidden disk met while writing `path` into a StorageError."""
    try:
        yield
    except OSError as fault:
        if fault.errno in _FULL:
            raise disk_full(path) from fault
        if fault.errno in _FORBIDDEN:
            raise StorageError(
                N_("The toolchain folder can't be written."), where=str(fault.filename or path),
                remedy=N_("Give yourself the right to write there, or set ESTRAN_TOOLCHAIN_DIR to another folder."),
            ) from fault
        raise


def disk_full(path: Path) -> StorageError:
    """Return the refusal of a disk without room."""
    return StorageError(
        N_("No space left on the disk of the toolchain folder."), where=str(path),
        remedy=N_("Free some space (engines and a Go build take about 11 GB) or set ESTRAN_TOOLCHAIN_DIR to another"
                  " disk, then run `estran toolchain sync` again: it goes on from where it stopped."),
    )
