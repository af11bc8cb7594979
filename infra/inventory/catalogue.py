"""What tenants are offered: served models and services."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from infra.inventory.types import Bytes, CpuMillicores, Fact, Slug


class ServedModel(Fact):
    """An inference model offered as a service."""

    title: str
    licence: str
    provenance: str = ""
    parameters_b: float = Field(gt=0, description="Parameters, in billions.")
    weights: Bytes
    image: str
    gpu_per_replica: int = Field(ge=0, le=16)
    gpu_product: str = ""
    cpu: CpuMillicores
    memory: Bytes
    replicas: int = Field(ge=0, le=100)
    port: int = Field(default=8000, ge=1, le=65535)
    residence: Literal["resident", "asleep", "cold"] = "resident"
    tenants: tuple[Slug, ...] = Field(default=(), description="Who may use it; nobody listed means every tenant.")


class Service(Fact):
    """An open-source service that the platform runs."""

    title: str
    kind: Literal["postgresql"]
    licence: str
    image: str
    replicas: int = Field(default=1, ge=1, le=5)
    cpu: CpuMillicores
    memory: Bytes
    storage: Bytes
