"""A quota: what may be asked for in all, and the arithmetic of budgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import ConfigDict, Field

from infra.inventory.quantities import format_bytes, format_cpu
from infra.inventory.types import Bytes, Count, CpuMillicores, Fact


@dataclass(frozen=True)
class Shortfall:
    """One resource of which more is asked than is left (all three figures as Kubernetes writes them)."""

    resource: str
    asked: str
    available: str


class Quota(Fact):
    """Resources that a convention or a namespace holds; object counts bound what the API server stores."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    cpu_millicores: CpuMillicores = Field(default=0, alias="cpu")
    memory_bytes: Bytes = Field(default=0, alias="memory")
    storage_bytes: Bytes = Field(default=0, alias="storage")
    gpus: Count = Field(default=0, alias="gpu")
    pods: Count = 100
    services: Count = 20
    volumes: Count = 20

    def __add__(self, other: Quota) -> Quota:
        return self._combined(other, lambda mine, theirs: mine + theirs)

    def minus(self, other: Quota) -> Quota:
        """Return what is left of this quota once `other` is taken, never below zero."""
        return self._combined(other, lambda mine, theirs: max(0, mine - theirs))

    def _combined(self, other: Quota, combine: Callable[[int, int], int]) -> Quota:
        mine, theirs = self.model_dump(), other.model_dump()
        return Quota.of(**{name: combine(mine[name], theirs[name]) for name in mine})

    def shortfalls(self, available: Quota) -> tuple[Shortfall, ...]:
        """Return the resources in which this quota does not fit in `available`; empty when it fits."""
        mine, theirs = self.model_dump(), available.model_dump()
        return tuple(
            Shortfall(SHORT_NAMES[name], _written(name, mine[name]), _written(name, theirs[name]))
            for name in mine if mine[name] > theirs[name]
        )

    def written(self) -> dict[str, str]:
        """Return the quota under its short names, each figure as Kubernetes writes it."""
        return {SHORT_NAMES[name]: _written(name, value) for name, value in self.model_dump().items()}

    @classmethod
    def of(cls, **figures: int) -> Quota:
        """Return the quota of figures already in base units; what is not named is zero."""
        return cls.model_construct(None, **{name: figures.get(name, 0) for name in SHORT_NAMES})

    @classmethod
    def nothing(cls) -> Quota:
        """Return the quota of nobody: zero of everything, object counts included."""
        return cls.of()


SHORT_NAMES = {
    "cpu_millicores": "cpu", "memory_bytes": "memory", "storage_bytes": "storage", "gpus": "gpu",
    "pods": "pods", "services": "services", "volumes": "volumes",
}


def _written(name: str, value: int) -> str:
    if name == "cpu_millicores":
        return format_cpu(value)
    return format_bytes(value) if name.endswith("_bytes") else str(value)
