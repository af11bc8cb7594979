"""Every refusal becomes one message and one exit code here, and nowhere else."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from typing import Any, Protocol, TypeGuard

from ops_cli.exit_codes import ExitCode
from ops_cli.i18n import _

# By class name, so that a command that never met a room's error does not pay for importing that room.
_CODES: dict[str, ExitCode] = {
    "InventoryError": ExitCode.INVALID_INPUT,
    "PlanError": ExitCode.INVALID_INPUT,
    "RequestError": ExitCode.INVALID_INPUT,
    "RefusedError": ExitCode.REFUSED,
    "UnreachableError": ExitCode.UNREACHABLE,
    "MissingDataError": ExitCode.MISSING_DATA,
    "EnergyError": ExitCode.INVALID_INPUT,
    "MissingToolError": ExitCode.MISSING_TOOL,
    "ToolchainError": ExitCode.MISSING_TOOL,
    "ConflictError": ExitCode.CONFLICT,
    "StorageError": ExitCode.STORAGE,
    "LayerError": ExitCode.LAYER,
    "DemoError": ExitCode.LAYER,
}


def exit_code_of(error: BaseException) -> ExitCode:
    """Return the code of the most precise class of `error` that the contract names."""
    if isinstance(error, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    for kind in type(error).__mro__:
        if kind.__name__ in _CODES:
            return _CODES[kind.__name__]
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
        return ExitCode.STORAGE
    return ExitCode.INTERNAL


class Refusal(Protocol):
    """The shape of every error of ours; `toolchain` imports nothing of ours and has the same shape by itself."""

    what: str
    where: str
    remedy: str
    figures: Mapping[str, Any]


def is_refusal(error: object) -> TypeGuard[Refusal]:
    """True where `error` says what, where and what to do instead."""
    return all(hasattr(error, part) for part in ("what", "where", "remedy", "figures"))


def message_of(error: Refusal) -> str:
    """Return the parts of a refusal on their own lines, in the reader's language."""
    lines = [_(error.what).format(**error.figures)]
    if error.where:
        lines.append(_("where: {place}").format(place=error.where))
    for detail in getattr(error, "details", ()):
        lines.append(f"  {detail.where}: {_(detail.what).format(**detail.figures)}")
    if error.remedy:
        lines.append(_("what to do: {remedy}").format(remedy=_(error.remedy).format(**error.figures)))
    return os.linesep.join(lines)
