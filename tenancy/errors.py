"""Refusals of tenancy; the class name decides the exit code."""

from __future__ import annotations

from infra.inventory.errors import EstranError


class TenancyError(EstranError):
    """Tenancy can't do what was asked."""


class RequestError(TenancyError):
    """The request itself is not well formed; nothing was sent."""


class RefusedError(TenancyError):
    """A rule, a policy or a right said no."""


class UnreachableError(TenancyError):
    """The API server does not answer."""


class ConflictError(TenancyError):
    """Something else holds the book of decisions, or the cluster's decisions are in another book."""


class StorageError(TenancyError):
    """The book of decisions can't be written, or can't be believed."""
