"""Nodes (physical servers), their GPUs, BMCs and power."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from infra.inventory.types import Bytes, Fact, Share, Slug, Watts

Mac = Annotated[str, Field(pattern=r"^([0-9a-f]{2}:){5}[0-9a-f]{2}$")]


class Gpu(Fact):
    """GPUs of one kind in a node. `mig` is a MIG profile such as `1g.10gb`, None for whole boards."""

    model: str
    count: int = Field(ge=1, le=16)
    memory: Bytes
    nameplate_w: Watts
    idle_w: Watts = 50.0
    mig: str | None = Field(default=None, pattern=r"^\d+g\.\d+gb$")


class Bmc(Fact):
    """Baseboard management controller, spoken to in Redfish."""

    address: str
    vendor: str = "generic"
    mac: Mac
    credentials: str = Field(default="", description="Name of the secret that holds the account, never the secret.")


class NodePower(Fact):
    """Power at the node's inlet; `fan_share` is the fans' part of the nameplate (none in a tank)."""

    idle_w: Watts
    nameplate_w: Watts
    fan_share: Share = 0.0


class Node(Fact):
    """A physical server. `outlets` names its power inputs, the preferred one first."""

    role: Literal["control-plane", "worker"]
    enclosure: Slug
    slot: int = Field(ge=1, le=60, description="Lowest U (rack) or position (tank) it takes.")
    height_u: int = Field(default=1, ge=1, le=20)
    serial: str = Field(min_length=1)
    sku: str = Field(min_length=1)
    outlets: tuple[Slug, ...] = Field(min_length=1)
    redundant: bool = True
    cpu_cores: int = Field(ge=1, le=1024)
    memory: Bytes
    storage: Bytes
    gpus: tuple[Gpu, ...] = ()
    bmc: Bmc
    power: NodePower
    address: str = ""
    mac: Mac | None = None
    in_service: bool = True

    @property
    def gpu_count(self) -> int:
        """Number of whole GPUs of the node."""
        return sum(gpu.count for gpu in self.gpus)


class Cluster(Fact):
    """The Kubernetes cluster of the site."""

    name: Slug
    kubernetes_version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    pod_cidr: str = "10.244.0.0/16"
    service_cidr: str = "10.96.0.0/16"
    dns_domain: str = "cluster.local"
    api_address: str = ""
    registries: tuple[str, ...] = Field(min_length=1, description="Registries (with path) that images may come from.")
    storage_class: str = "local"
    platform_reserve: Share = 0.1
