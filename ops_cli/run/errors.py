"""Refusals of a run."""

from infra.inventory.errors import EstranError


class LayerError(EstranError):
    """Pulumi could not bring a layer up or down."""


class RefusedError(LayerError):
    """The API server said no: a policy or a quota stands against the change."""


class ConflictError(LayerError):
    """Another run holds the stack."""
