"""What the peers' methods are given: the same month of the same site, by minute, as good as their sensors could be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from infra.inventory.site import Site
from lab.plant.clock import STEP_S, Series
from lab.plant.model import PlantMonth
from lab.plant.pods import Pods
from lab.plant.workload import Workload


@dataclass(frozen=True)
class Unit:
    """A pod that stays, or a row of short ones: who it belongs to, its busy cores, and what `irate` shows of them.

    `count`: how many pods are there by minute, as far as `irate` shows them.
    """

    account: str
    cores: Series
    irate_cores: Series
    count: Series


@dataclass(frozen=True)
class SeenNode:
    """Watts by minute of a host without its boards; the node's cores, how busy they were, and its units."""

    cores: int
    host_w: Series
    busy_cores: Series
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class Seen:
    """Hosts by node, joules of GPU boards by account (None: nobody's), and what the facility meter counted [J]."""

    nodes: Mapping[str, SeenNode]
    boards_j: Mapping[str | None, float]
    facility_j: float


def seen(month: PlantMonth) -> Seen:
    """Return what a month shows to an agent on each node: outlets for power, and every pod's CPU time."""
    register = month.registers["facility"]
    return Seen({name: _node(month, name) for name in month.site.nodes}, boards_j(month),
                float(register[-1] - register[0]) * 3600)


def boards_j(month: PlantMonth) -> dict[str | None, float]:
    """Return boards' joules by the account that was active on them, of what nobody was under None.

    A board is split by activity times part, its rest included: the exporters know of no reservation.
    """
    found: dict[str | None, float] = {}
    for place, power_w in month.own_words.board_w.items():
        here = [one for one in month.own_words.tenancies if (one.node, one.board) == place]
        active = np.array([one.share * one.active for one in here]) if here else np.zeros((0, len(power_w)))
        total = active.sum(axis=0)
        for one, row in zip(here, active, strict=True):
            part = np.divide(row, total, out=np.zeros_like(row), where=total > 0)
            found[one.account] = found.get(one.account, 0.0) + float((part * power_w).sum()) * STEP_S
        found[None] = found.get(None, 0.0) + float(power_w[total <= 0].sum()) * STEP_S
    return found


def _node(month: PlantMonth, name: str) -> SeenNode:
    node = month.site.nodes[name]
    inlets_w = sum((_watts(month, outlet) for outlet in node.outlets), np.zeros(month.clock.count))
    boards_w = sum((power for (at, _index), power in month.own_words.board_w.items() if at == name),
                   np.zeros(month.clock.count))
    units = tuple(_unit(work) for work in month.workloads if work.node == name and work.reserved_cores)
    busy = sum((unit.cores for unit in units), np.zeros(month.clock.count))
    return SeenNode(node.cpu_cores, inlets_w - boards_w, busy, units)


def _watts(month: PlantMonth, outlet: str) -> Series:
    meter = meter_at(month.site, outlet)
    return np.asarray(np.diff(month.registers[meter]) * 3600 / STEP_S)


def meter_at(site: Site, place: str) -> str:
    """Return the energy meter at a place."""
    return next(name for name, meter in site.meters.items() if meter.at == place and meter.quantity == "energy")


def _unit(work: Workload) -> Unit:
    if work.pods is None:
        return Unit(work.account, work.busy_cores, work.busy_cores, np.ones_like(work.busy_cores))
    shown = _irate(work.pods, len(work.busy_cores))
    return Unit(work.account, work.busy_cores, shown, shown)  # one core each


def _irate(pods: Pods, minutes: int) -> Series:
    return pods.irate_cores(minutes)
