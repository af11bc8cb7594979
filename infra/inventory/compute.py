"""Nodes (physical servers), their GPUs, BMCs and power."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from infra.inventory.messages import refusal
from infra.inventory.types import Bytes, Fact, Share, Slug, Watts

Mac = Annotated[str, Field(pattern=r"^([0-9a-f]{2}:){5}[0-9a-f]{2}$")]


Sharing = Literal["exclusive", "mig", "time-slice", "mps", "vgpu"]
MIG_SLICES = 7  # compute slices of a board that MIG can cut (NVIDIA Ampere, Hopper, Blackwell)


class Gpu(Fact):
    """GPUs of one kind in a node. `mig` is a MIG profile such as `1g.10gb`, None for whole boards.

    `sharing` says how several pods may hold one board; `replicas` into how many parts (time-slice, mps, vgpu).
    """

    model: str
    count: int = Field(ge=1, le=16)
    memory: Bytes
    nameplate_w: Watts
    idle_w: Watts = 50.0
    mig: str | None = Field(default=None, pattern=r"^\d+g\.\d+gb$")
    sharing: Sharing = "exclusive"
    replicas: int = Field(default=1, ge=1, le=128)

    @model_validator(mode="after")
    def _possible_sharing(self) -> Self:
        cut = self.sharing in ("time-slice", "mps", "vgpu")
        whole_mig = self.mig is not None and self.sharing == "exclusive"  # a profile alone means MIG
        if cut != (self.replicas > 1) or ((self.mig is None) == (self.sharing == "mig") and not whole_mig):
            raise refusal("gpu_sharing", sharing=self.sharing, replicas=self.replicas, mig=self.mig or "-")
        return self

    @property
    def mode(self) -> Sharing:
        """How boards are shared; a MIG profile alone says MIG."""
        return "mig" if self.mig else self.sharing

    @property
    def parts(self) -> int:
        """Return into how many equal parts a board's rest is cut: MIG's compute slices, replicas, or 1."""
        return MIG_SLICES if self.mode == "mig" else self.replicas


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

    def boards(self) -> dict[str, Gpu]:
        """Return the kind of each board by its index in the node ("0" first), in the order of `gpus`."""
        kinds = [gpu for gpu in self.gpus for _board in range(gpu.count)]
        return {str(index): kind for index, kind in enumerate(kinds)}


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
