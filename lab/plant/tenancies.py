"""Who holds which part of which GPU board, and how active it is there: exclusive boards, MIG instances, replicas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from infra.inventory.compute import MIG_SLICES, Gpu
from infra.inventory.names import namespace_name
from infra.inventory.site import Site
from lab.plant.clock import Clock, Series
from lab.plant.noise import noise
from lab.plant.workload import Workload

# Which tenant (by order, of those that have GPUs) holds the pieces of a shared board, in turn; None: nobody.
TURNS = (0, 1, 0, 2, 0, 1, None)
REST, BUSY = 0.25, 0.75  # activity of a piece outside and inside working hours


@dataclass(frozen=True)
class Tenancy:
    """One namespace on one piece of a board. `share` of the board; `active` (0 to 1) by minute."""

    node: str
    board: str
    instance: str
    profile: str
    namespace: str
    account: str
    share: float
    active: Series


def shared_tenancies(site: Site, clock: Clock, seed: str) -> list[Tenancy]:
    """Return the tenancies of every board that is not exclusive, the same for the same seed."""
    holders = [(namespace_name(tenant, name), tenant) for tenant, of in site.tenants.items()
               for name, space in of.namespaces.items() if space.quota.gpus]
    found: list[Tenancy] = []
    for node_id, node in site.nodes.items():
        for index, kind in node.boards().items():
            if kind.mode != "exclusive" and holders:
                found += _of_board(kind, (node_id, index), holders, clock, seed)
    return found


def _of_board(kind: Gpu, place: tuple[str, str], holders: Sequence[tuple[str, str]], clock: Clock,
              seed: str) -> Iterator[Tenancy]:
    slices = int((kind.mig or "1g").split("g")[0])
    pieces = MIG_SLICES // slices if kind.mode == "mig" else kind.replicas
    share = slices / MIG_SLICES if kind.mode == "mig" else 1 / kind.replicas
    for piece in range(pieces):
        turn = TURNS[piece % len(TURNS)]
        if turn is None:
            continue
        namespace, account = holders[turn % len(holders)]
        where = f"{place[0]}/{place[1]}/{piece}"
        yield Tenancy(*place, f"{piece}" if kind.mode == "mig" else "", kind.mig or "", namespace, account, share,
                      _activity(clock, f"{seed}/{where}/{namespace}"))


def _activity(clock: Clock, seed: str) -> Series:
    bump = np.exp(-(((clock.hour - 13.5) / 4.2) ** 4))
    level = (REST + (BUSY - REST) * bump) * (1 + 0.3 * noise(f"{seed}/active", clock.count, smooth_minutes=60))
    return np.clip(level, 0.0, 1.0)


def exclusive_tenancies(site: Site, workloads: Sequence[Workload]) -> list[Tenancy]:
    """Return the tenancies of exclusive boards: each workload holds whole ones, in order, busy alike."""
    free = {name: [index for index, kind in node.boards().items() if kind.mode == "exclusive"]
            for name, node in site.nodes.items()}
    return [Tenancy(work.node, free[work.node].pop(0), "", "", work.namespace, work.account, 1.0,
                    work.busy_gpus / work.reserved_gpus)
            for work in workloads for _board in range(round(work.reserved_gpus))]


def board_powers_w(site: Site, tenancies: Sequence[Tenancy], count: int,
                   reached: float) -> dict[tuple[str, str], Series]:
    """Return what each board of the site draws [W]: its rest, and its span times what is active in it.

    `reached`: the part of a nameplate's span that a real load reaches.
    """
    kinds: Mapping[tuple[str, str], Gpu] = {(node_id, index): kind for node_id, node in site.nodes.items()
                                            for index, kind in node.boards().items()}
    powers = {place: np.full(count, kind.idle_w) for place, kind in kinds.items()}
    for tenancy in tenancies:
        kind = kinds[tenancy.node, tenancy.board]
        powers[tenancy.node, tenancy.board] += (
            reached * (kind.nameplate_w - kind.idle_w) * tenancy.share * tenancy.active)
    return powers


def as_workloads(tenancies: Sequence[Tenancy]) -> list[Workload]:
    """Return shared pieces as workloads without cores, one per node and namespace: parts of boards held and busy."""
    found: dict[tuple[str, str], list[Tenancy]] = {}
    for tenancy in tenancies:
        found.setdefault((tenancy.node, tenancy.namespace), []).append(tenancy)
    return [Workload(node, namespace, of[0].account, 0.0, sum(one.share for one in of), np.zeros_like(of[0].active),
                     np.sum([one.share * one.active for one in of], axis=0)) for (node, namespace), of in found.items()]
