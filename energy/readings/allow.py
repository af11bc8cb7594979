"""What a person lets pass by name, so that it is printed on the page instead of stopping the close."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from energy.errors import EnergyError
from infra.inventory.errors import N_

PARTIAL = "partial"
RETENTION = "retention"
DOWNSAMPLED = "downsampled"
ESTIMATED = "estimated"
NAMES = (PARTIAL, RETENTION, DOWNSAMPLED, ESTIMATED)


@dataclass(frozen=True)
class Allow:
    """The names allowed; nothing by default. Raises EnergyError for a name that means nothing."""

    names: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for name in sorted(self.names - set(NAMES)):
            raise EnergyError(N_("'{name}' is nothing that can be allowed"), where="--allow", name=name,
                              known=", ".join(NAMES), remedy=N_("allow one of: {known}"))

    def __contains__(self, name: str) -> bool:
        return name in self.names


def allow(names: Iterable[str] = ()) -> Allow:
    """Return the allowance of some names. Raises EnergyError for a name that means nothing."""
    return Allow(frozenset(names))


NOTHING = Allow()
