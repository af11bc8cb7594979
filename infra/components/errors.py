"""Refusals of the programs and components."""

from infra.inventory.errors import EstranError


class PlanError(EstranError):
    """The stack can't be run as it is configured."""


class UnreachableError(EstranError):
    """The API server does not answer."""


class ConflictError(EstranError):
    """Something else is in the place."""


class WrongClusterError(ConflictError):
    """The cluster that answers is not the site's."""
