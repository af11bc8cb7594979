"""What each account really caused, minute by minute in floating point, from the plant's own powers.

Written from the rule, not from the energy room's code: the two must agree, and can only if both are right. The rule:
idle by reservation, dynamic by cause; a stage's loss in proportion to what passes through it; a zone's cooling by the
IT power in the zone; base load by all IT power.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from energy.readings.names import FREE, PLATFORM
from infra.inventory.compute import Node
from infra.inventory.site import Site
from lab.plant.clock import STEP_S, Series
from lab.plant.cooling import taken_w
from lab.plant.feeds import Flows, machine_parents, outlet_shares
from lab.plant.machines import NodePowers
from lab.plant.workload import Workload

Watts = dict[str, Series]


class Truth:
    """Adds up each account's watts by component; accounts are tenants, `_platform` and `_free`."""

    def __init__(self, site: Site, powers: Mapping[str, NodePowers],
                 workloads: Mapping[str, Sequence[Workload]]) -> None:
        self._site = site
        self._count = len(next(iter(powers.values())).total_w)
        self.accounts = sorted({*site.tenants, PLATFORM, FREE})
        self.idle_w = {name: self._idle(node, workloads.get(name, ())) for name, node in site.nodes.items()}
        self.dynamic_w = {name: self._dynamic(powers[name], workloads.get(name, ())) for name in site.nodes}

    def energies_j(self, flows: Flows, machine_w: Mapping[str, Series],
                   heat_w: Mapping[str, Series]) -> dict[str, dict[str, float]]:
        """Return by account its joules: idle, dynamic, cooling, base, loss."""
        it_w = {name: self.idle_w[name] + self.dynamic_w[name] for name in self._site.nodes}
        cooling = {name: self._cooling(name, power_w, heat_w, it_w) for name, power_w in machine_w.items()}
        base = self._spread(self._site.identity.base_load_w, it_w)
        losses = self._losses(flows, it_w, cooling, base)
        parts = {"idle": sum(self.idle_w.values(), self._none()), "dynamic": sum(self.dynamic_w.values(), self._none()),
                 "cooling": sum(cooling.values(), self._none()), "base": base, "loss": losses}
        return {account: {component: float(rows[row].sum() * STEP_S) for component, rows in parts.items()}
                for row, account in enumerate(self.accounts)}

    def _none(self) -> Series:
        return np.zeros((len(self.accounts), self._count))

    def _idle(self, node: Node, workloads: Sequence[Workload]) -> Series:
        """Return watts [accounts, minutes] of a node at rest, by reserved cores and reserved GPUs."""
        boards = node.gpu_count
        boards_w = sum(gpu.count * gpu.idle_w for gpu in node.gpus)
        rest = self.accounts.index(PLATFORM if node.role == "control-plane" else FREE)
        idle_w = np.zeros(len(self.accounts))
        core_w = (node.power.idle_w - boards_w) / node.cpu_cores
        board_w = boards_w / boards if boards else 0.0
        for work in workloads:
            idle_w[self.accounts.index(work.account)] += work.reserved_cores * core_w + work.reserved_gpus * board_w
        idle_w[rest] += node.power.idle_w - idle_w.sum()
        return np.repeat(idle_w[:, None], self._count, axis=1)

    def _dynamic(self, powers: NodePowers, workloads: Sequence[Workload]) -> Series:
        dynamic_w = self._none()
        for work, caused_w in zip(workloads, powers.dynamic_w, strict=True):
            dynamic_w[self.accounts.index(work.account)] += caused_w
        return dynamic_w

    def _cooling(self, machine: str, power_w: Series, heat_w: Mapping[str, Series], it_w: Watts) -> Series:
        """Return a machine's watts [accounts, minutes]: to its zones by the heat it takes there, in one by IT power."""
        tank = self._site.enclosures.tanks.get(machine)
        plant = self._site.cooling.equipment().get(machine)
        zones = (tank.zone,) if tank else plant.zones if plant else ()
        heats_w = {zone: taken_w(self._site, plant, zone, heat_w) if plant else heat_w[zone] for zone in zones}
        all_heat_w = sum(heats_w.values())
        split = self._none()
        for zone in zones:
            inside = {name: watts for name, watts in it_w.items() if self._site.zone_of(name) == zone}
            split += self._spread(power_w * heats_w[zone] / all_heat_w, inside)
        return split

    def _spread(self, power_w: Series | float, by_w: Watts) -> Series:
        by = sum(by_w.values(), self._none())
        return np.asarray(power_w * by / by.sum(axis=0), dtype=np.float64)

    def _losses(self, flows: Flows, it_w: Watts, cooling: Watts, base: Series) -> Series:
        """Return the losses of all elements, each by what its children draw, losses below included."""
        carried: Watts = {}
        lost = self._none()
        for name in reversed(list(self._site.power.elements())):
            self._carry(name, it_w, cooling, base, carried, flows)
        for name, rows in carried.items():
            loss_w = flows.in_w[name] - flows.out_w[name]
            total_w = rows.sum(axis=0)
            lost += np.where(total_w > 0, loss_w / np.maximum(total_w, 1e-9), 0.0) * rows
        return lost

    def _carry(self, name: str, it_w: Watts, cooling: Watts, base: Series, carried: Watts, flows: Flows) -> Series:
        """Return what the children of an element draw on it [accounts, minutes]."""
        if name in carried:
            return carried[name]
        rows = self._none()
        for node, shares in outlet_shares(self._site).items():
            rows += it_w[node] * shares.get(name, 0.0)
        for machine, fed_by in machine_parents(self._site).items():
            rows += cooling[machine] * (fed_by.count(name) / len(fed_by))
        if name == (self._site.identity.base_load_fed_by or next(iter(self._site.power.incomers))):
            rows += base
        for child, element in self._site.power.elements().items():
            parents = [parent for parent in element.fed_by if parent not in self._site.power.gensets]
            if name in parents:
                below = self._carry(child, it_w, cooling, base, carried, flows)
                scale = flows.in_w[child] / np.maximum(below.sum(axis=0), 1e-9)
                rows += below * scale / len(parents)
        carried[name] = rows
        return rows
