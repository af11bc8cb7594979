"""A site's plant over a month: `run` gives what meters and cluster would have shown, and the truth beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from energy.interval import Period, month_period
from infra.inventory.site import Site
from lab.plant.clock import STEP_S, Clock, Series, clock_of
from lab.plant.cooling import machine_powers_w, tank_powers_w, zone_heat_w
from lab.plant.feeds import Walk
from lab.plant.machines import node_powers
from lab.plant.registers import register_values
from lab.plant.truth import Truth
from lab.plant.weather import outdoor_c
from lab.plant.workload import Workload, workloads_of

MODEL_VERSION = 1


@dataclass(frozen=True)
class PlantMonth:
    """What a month of the plant left: registers by meter (a value per minute edge), workloads, weather, truth."""

    site: Site
    month: str
    period: Period
    clock: Clock
    registers: Mapping[str, Series]
    workloads: tuple[Workload, ...]
    outdoor_c: Series
    truth: Mapping[str, object]


def run(site: Site, month: str) -> PlantMonth:
    """Return the month `YYYY-MM` of the site's plant; the same site and month give the same month, bit for bit.

    Raises EnergyError when `month` is not a month.
    """
    period = month_period(month, site.zone_info)
    clock = clock_of(period, site.zone_info)
    seed = f"{site.id}/{month}/{MODEL_VERSION}"
    outdoor = outdoor_c(clock, seed)
    workloads = workloads_of(site, clock, seed)
    by_node: dict[str, list[Workload]] = {}
    for work in workloads:
        by_node.setdefault(work.node, []).append(work)
    powers = node_powers(site, by_node, clock.count)
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
                      outdoor, truth)
