"""A site's plant over a month: `run` gives what meters and cluster would have shown, and the truth beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from energy.interval import Period, month_period
from infra.inventory.site import Site
from lab.plant.clock import STEP_S, Clock, Series, clock_of
from lab.plant.cooling import machine_powers_w, tank_powers_w, zone_heat_w
from lab.plant.extras import Extras, extras_of
from lab.plant.feeds import Walk
from lab.plant.loops import loops_of
from lab.plant.machines import TYPICAL, NodePowers, node_powers
from lab.plant.own_words import OwnWords
from lab.plant.registers import register_values
from lab.plant.tenancies import Tenancy, as_workloads, board_powers_w, exclusive_tenancies, shared_tenancies
from lab.plant.truth import Truth
from lab.plant.weather import outdoor_c
from lab.plant.workload import Workload, workloads_of

MODEL_VERSION = 1


@dataclass(frozen=True)
class PlantMonth:
    """What a month of the plant left: registers by meter (a value per minute edge), workloads, weather, truth, and
    what boards, nodes and zones told of themselves.
    """

    site: Site
    month: str
    period: Period
    clock: Clock
    registers: Mapping[str, Series]
    workloads: tuple[Workload, ...]
    outdoor_c: Series
    truth: Mapping[str, object]
    own_words: OwnWords = field(default_factory=OwnWords)


def run(site: Site, month: str, extras: Extras | None = None) -> PlantMonth:
    """Return the month `YYYY-MM` of the site's plant; the same site and month give the same month, bit for bit.

    `extras`: what it has beyond a plain plant, else what the site file asks for (`extras.extras_of`).
    Raises EnergyError when `month` is not a month.
    """
    extras = extras_of(site) if extras is None else extras
    period = month_period(month, site.zone_info)
    clock = clock_of(period, site.zone_info)
    seed = f"{site.id}/{month}/{MODEL_VERSION}"
    outdoor = outdoor_c(clock, seed)
    workloads = workloads_of(site, clock, seed, extras)
    tenancies: list[Tenancy] = []
    if extras.boards:
        shared = shared_tenancies(site, clock, seed)
        tenancies = [*exclusive_tenancies(site, workloads), *shared]
        workloads += as_workloads(shared)
    by_node: dict[str, list[Workload]] = {}
    for work in workloads:
        by_node.setdefault(work.node, []).append(work)
    powers = node_powers(site, by_node, clock.count, extras)
    node_w = {name: power.total_w for name, power in powers.items()}
    tank_w = tank_powers_w(site, node_w)
    heat_w = zone_heat_w(site, node_w, tank_w)
    machine_w = machine_powers_w(site, heat_w, outdoor) | tank_w
    flows = Walk(site, node_w, machine_w).flows()
    accounts = Truth(site, powers, by_node).energies_j(flows, machine_w, heat_w)
    supplied_j = sum(float(flows.out_w[name].sum()) * STEP_S for name in site.power.incomers)
    truth = {"site": site.id, "month": month, "model_version": MODEL_VERSION, "unit": "J", "facility": supplied_j,
             "accounts": accounts}
    return PlantMonth(site, month, period, clock, register_values(site, flows, machine_w, heat_w), tuple(workloads),
                      outdoor, truth, _own_words(site, extras, (tuple(tenancies), tuple(workloads)), powers, heat_w))


def _own_words(site: Site, extras: Extras, ran: tuple[tuple[Tenancy, ...], tuple[Workload, ...]],
               powers: Mapping[str, NodePowers], heat_w: Mapping[str, Series]) -> OwnWords:
    tenancies, workloads = ran
    count = len(next(iter(heat_w.values())))
    boards = board_powers_w(site, tenancies, count, TYPICAL) if extras.boards else {}
    if not extras.nodes_tell:
        return OwnWords(boards, tenancies)
    cores = {name: sum((work.busy_cores for work in workloads if work.node == name), np.zeros(count))
             for name in site.nodes}
    fans = {name: found.fans_w for name, found in powers.items() if found.fans_w is not None}
    return OwnWords(boards, tenancies, cores, fans, loops_of(site, heat_w))
