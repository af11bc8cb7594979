"""The site: all nouns together, known to be consistent once loaded."""

from __future__ import annotations

from functools import cached_property
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, field_validator

from infra.inventory.carbon import CarbonFacts
from infra.inventory.catalogue import ServedModel, Service
from infra.inventory.compute import Cluster, Node
from infra.inventory.cooling import Cooling
from infra.inventory.enclosures import Enclosures
from infra.inventory.energy_policy import EnergyPolicy
from infra.inventory.messages import refusal
from infra.inventory.meters import Meter
from infra.inventory.power import Power
from infra.inventory.quota import Quota
from infra.inventory.tenancy import Tenant
from infra.inventory.types import Fact, Slug, Watts


class Identity(Fact):
    """Who and where (Delegated Regulation (EU) 2024/1364, Annex I)."""

    id: Slug
    name: str
    operator: str
    country: str = Field(default="FR", pattern=r"^[A-Z]{2}$")
    lau: str = Field(default="", description="LAU code (Eurostat) of the commune.")
    timezone: str = "Europe/Paris"
    it_capacity_w: Watts
    base_load_w: Watts = Field(default=0.0, description="Light, doors, security: always on.")
    base_load_fed_by: Slug | None = None
    illustrative: bool = False
    entered_operation: str = Field(default="", pattern=r"^(\d{4}-\d{2})?$")

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        if value not in available_timezones():
            raise refusal("timezone", value=value)
        return value


class Site(Fact):
    """One datacenter with its facility meter. Load it with `load_site`: only then is it known to be consistent."""

    identity: Identity
    power: Power
    cooling: Cooling
    enclosures: Enclosures
    nodes: dict[Slug, Node] = Field(min_length=1)
    cluster: Cluster
    tenants: dict[Slug, Tenant] = {}
    models: dict[Slug, ServedModel] = {}
    services: dict[Slug, Service] = {}
    meters: dict[Slug, Meter] = {}
    energy: EnergyPolicy = EnergyPolicy()
    carbon: CarbonFacts = CarbonFacts()

    @property
    def id(self) -> str:
        return self.identity.id

    @cached_property
    def zone_info(self) -> ZoneInfo:
        """The site's time zone, for calendar months; everything else is in UTC."""
        return ZoneInfo(self.identity.timezone)

    def zone_of(self, node_id: str) -> str:
        """Return the cooling zone of a node."""
        return self.enclosures.all()[self.nodes[node_id].enclosure].zone

    def upstream(self, element_id: str) -> tuple[str, ...]:
        """Return the element and everything that feeds it, nearest first."""
        elements, seen, pending = self.power.elements(), [], [element_id]
        while pending:
            current = pending.pop(0)
            if current not in seen:
                seen.append(current)
                pending.extend(elements[current].fed_by if current in elements else ())
        return tuple(seen)

    def feed_of(self, element_id: str) -> str:
        """Return the feed (A or B) of an outlet or PDU: that of the UPS above it; empty when there is none."""
        for upstream in self.upstream(element_id):
            if upstream in self.power.ups:
                return self.power.ups[upstream].feed
        return ""

    def capacity(self) -> Quota:
        """Return what the workers offer to tenants, the platform's reserve taken off (objects are not bounded)."""
        workers = [node for node in self.nodes.values() if node.role == "worker" and node.in_service]
        left = 1 - self.cluster.platform_reserve
        return Quota.of(
            cpu_millicores=int(sum(node.cpu_cores for node in workers) * 1000 * left),
            memory_bytes=int(sum(node.memory for node in workers) * left) >> 30 << 30,
            storage_bytes=int(sum(node.storage for node in workers) * left) >> 30 << 30,
            gpus=sum(node.gpu_count for node in workers),
            pods=110 * len(workers), services=5000, volumes=5000,
        )
