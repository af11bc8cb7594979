"""What the controller is told by its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.inventory.errors import N_
from tenancy.errors import RequestError


@dataclass(frozen=True)
class Settings:
    """Files the controller works with, and the address of its health endpoint (empty: none)."""

    kubeconfig: Path
    site_file: Path
    audit_file: Path
    health: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Settings:
        """Return the settings. Raises RequestError naming the first variable that is missing."""
        def needed(name: str) -> Path:
            if not environ.get(name):
                raise RequestError(N_("the variable {name} is not set"), where=name, name=name,
                                   remedy=N_("set it to a file, or start the controller by `estran lab up`"))
            return Path(environ[name])

        return cls(needed("KUBECONFIG"), needed("ESTRAN_SITE_FILE"), needed("ESTRAN_AUDIT_FILE"),
                   environ.get("ESTRAN_CONTROLLER_HEALTH", ""))
