"""Refusals of the lab; the class name decides the exit code."""

from __future__ import annotations

from infra.inventory.errors import EstranError


class LabError(EstranError):
    """The lab can't do what was asked."""


class UnreachableError(LabError):
    """A component of the lab died, or does not answer in time."""


class ConflictError(LabError):
    """Something else holds the port, the lock or the folder that the lab needs."""


class StorageError(LabError):
    """The lab's state can't be read or written."""


class MissingToolError(LabError):
    """The lab lacks a program or a state that another command prepares."""
