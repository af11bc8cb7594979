"""Refusals of the energy room; the class name decides the exit code."""

from __future__ import annotations

from infra.inventory.errors import EstranError


class EnergyError(EstranError):
    """The energy room can't do what was asked with the site or the period it was given."""


class MissingDataError(EnergyError):
    """A reading or a factor is missing: no figure is invented in its place."""


class PartialAnswerError(MissingDataError):
    """The source said itself that its answer is not whole."""


class UnreachableError(EnergyError):
    """The source of readings does not answer."""


class ConservationError(EnergyError):
    """A law of the room does not hold: a fault of Estran, never shown as a figure."""


class ConflictError(EnergyError):
    """Another close of the same site is at work."""


class StorageError(EnergyError):
    """The ledger can't be written or read."""


class DamagedError(StorageError):
    """A file of the ledger is not what was written: truncated, edited or gone."""


class RefusedError(EnergyError):
    """A rule of the ledger says no: figures that tenants were told do not change unseen."""
