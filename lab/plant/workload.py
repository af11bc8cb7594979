"""What each namespace reserves and uses on each node. Placement is greedy and fixed for the month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from energy.readings.names import PLATFORM
from infra.inventory.names import MODELS_NAMESPACE, SERVICES_NAMESPACE, SYSTEM_NAMESPACE, namespace_name
from infra.inventory.site import Site
from lab.plant.clock import STEP_S, Clock, Series
from lab.plant.extras import BATCH, NONE, Extras
from lab.plant.measured import tokens_per_minute
from lab.plant.noise import noise
from lab.plant.pods import Pods, batch_pods

KUBE_SYSTEM_CORES = 1.0
SYSTEM_CORES = 4.0


@dataclass(frozen=True)
class Pattern:
    """Share of a reservation in use: `night` always, up to `day` in working hours; `week_end` scales the day's part."""

    night: float
    day: float
    week_end: float


OFFICE = Pattern(night=0.10, day=0.62, week_end=0.25)
PUBLIC = Pattern(night=0.18, day=0.55, week_end=0.90)
STEADY = Pattern(night=0.35, day=0.45, week_end=1.0)
MODEL = Pattern(night=0.08, day=0.70, week_end=0.30)
PATTERN_OF_KIND = {"region": PUBLIC, "agglomeration": PUBLIC, "commune": OFFICE}


@dataclass(frozen=True)
class Demand:
    """What a namespace asks for in all."""

    namespace: str
    account: str
    cores: float
    gpus: int
    pattern: Pattern


@dataclass(frozen=True)
class Workload:
    """A namespace on one node: cores and GPUs reserved (constant), cores and GPUs busy (by minute).

    `pods`: short ones, of which a scrape shows a part only; None where all that is busy is shown.
    """

    node: str
    namespace: str
    account: str
    reserved_cores: float
    reserved_gpus: float
    busy_cores: Series
    busy_gpus: Series
    pods: Pods | None = None

    @property
    def shown_cores(self) -> Series:
        """Return the busy cores that scrapes showed."""
        if self.pods is None:
            return self.busy_cores
        return np.asarray(np.diff(self.pods.shown_s(np.arange(len(self.busy_cores) + 1.0) * STEP_S)) / STEP_S)


def workloads_of(site: Site, clock: Clock, seed: str, extras: Extras = NONE) -> list[Workload]:
    """Return the workloads of the site over the minutes of `clock`, the same for the same seed.

    With board counters, boards that are shared are no whole GPUs to place (see `tenancies`).
    """
    free_cores = {name: float(node.cpu_cores) for name, node in site.nodes.items()}
    free_gpus = {name: sum(kind.mode == "exclusive" or not extras.boards for kind in node.boards().values())
                 for name, node in site.nodes.items()}
    placed: list[tuple[Demand, str, float, int]] = []
    for name, node in site.nodes.items():
        placed.append((Demand("kube-system", PLATFORM, KUBE_SYSTEM_CORES, 0, STEADY), name, KUBE_SYSTEM_CORES, 0))
        free_cores[name] -= KUBE_SYSTEM_CORES
        if node.role == "control-plane":
            placed.append((Demand(SYSTEM_NAMESPACE, PLATFORM, SYSTEM_CORES, 0, STEADY), name, SYSTEM_CORES, 0))
            free_cores[name] = 0.0  # tenants never land on a control plane
    for demand in sorted(_demands(site), key=lambda demand: -demand.gpus):
        placed.extend(_placements(demand, free_cores, free_gpus))
    makers = _Maker(clock, seed, extras)
    return [makers.workload(demand, node, cores, gpus) for demand, node, cores, gpus in placed]


def _demands(site: Site) -> Iterator[Demand]:
    for tenant_id, tenant in site.tenants.items():
        pattern = PATTERN_OF_KIND.get(tenant.kind, OFFICE)
        for name, spec in tenant.namespaces.items():
            yield Demand(namespace_name(tenant_id, name), tenant_id, spec.quota.cpu_millicores / 1000,
                         spec.quota.gpus, pattern)
    for service in site.services.values():
        yield Demand(SERVICES_NAMESPACE, PLATFORM, service.cpu * service.replicas / 1000, 0, STEADY)
    for model in site.models.values():
        yield Demand(MODELS_NAMESPACE, PLATFORM, model.cpu * model.replicas / 1000,
                     model.gpu_per_replica * model.replicas, MODEL)


def _placements(demand: Demand, free_cores: dict[str, float],
                free_gpus: dict[str, int]) -> Iterator[tuple[Demand, str, float, int]]:
    """Yield parts of a demand: GPUs where most are left, cores beside them.

    Cores alone go half and half on the two emptiest nodes, so that most tenants live in air and in oil.
    """
    gpus_left = demand.gpus
    while gpus_left:
        node = max(free_gpus, key=lambda name: (free_gpus[name], name))
        taken = min(gpus_left, max(1, -(-demand.gpus // 2)), free_gpus[node])
        if taken <= 0:
            return
        cores = demand.cores * taken / demand.gpus
        free_gpus[node] -= taken
        free_cores[node] -= cores
        gpus_left -= taken
        yield demand, node, cores, taken
    if not demand.gpus:
        for node in sorted(free_cores, key=lambda name: (-free_cores[name], name))[:2]:
            free_cores[node] -= demand.cores / 2
            yield demand, node, demand.cores / 2, 0


@dataclass(frozen=True)
class _Maker:
    clock: Clock
    seed: str
    extras: Extras

    def workload(self, demand: Demand, node: str, cores: float, gpus: int) -> Workload:
        where = f"{self.seed}/{demand.namespace}/{node}"
        busy_gpus = self._gpus(demand, gpus, where) if gpus else np.zeros(self.clock.count)
        if self.extras.short_pods and demand.namespace.split("-")[-1] == BATCH:
            pods = batch_pods(int(cores), self.clock, where)
            used_s = pods.used_s(np.arange(self.clock.count + 1.0) * STEP_S)
            return Workload(node, demand.namespace, demand.account, cores, gpus, np.diff(used_s) / STEP_S, busy_gpus,
                            pods)
        return Workload(
            node=node, namespace=demand.namespace, account=demand.account, reserved_cores=cores, reserved_gpus=gpus,
            busy_cores=cores * _share_busy(demand.pattern, self.clock, f"{where}/cpu"), busy_gpus=busy_gpus)

    def _gpus(self, demand: Demand, gpus: int, where: str) -> Series:
        if not self.extras.real_requests or demand.pattern is not MODEL:
            return gpus * _share_busy(demand.pattern, self.clock, f"{where}/gpu")
        asked = np.resize(tokens_per_minute(), self.clock.count)
        return gpus * np.clip(_level(demand.pattern, self.clock) * asked, 0.005, 0.98)


def _share_busy(pattern: Pattern, clock: Clock, seed: str) -> Series:
    """Return the busy share (0 to 1): a bump over the working day, steps of activity, and short noise."""
    level = _level(pattern, clock)
    slow = 1 + 0.25 * noise(f"{seed}/slow", clock.count, smooth_minutes=180)
    fast = 1 + 0.15 * noise(f"{seed}/fast", clock.count, smooth_minutes=5)
    return np.clip(level * slow * fast, 0.005, 0.98)


def _level(pattern: Pattern, clock: Clock) -> Series:
    bump = np.exp(-(((clock.hour - 13.5) / 4.2) ** 4))
    week = np.where(clock.weekday >= 5, pattern.week_end, 1.0)
    return np.asarray(pattern.night + (pattern.day - pattern.night) * bump * week, dtype=np.float64)
