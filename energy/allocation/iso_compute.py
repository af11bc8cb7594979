"""The same computing in two ways, or in two zones: energy per work beside PUE, and a warning where PUE misleads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from energy.allocation.baseline import core_dynamic_w, gpu_dynamic_w
from energy.allocation.compute_energy import ComputeEnergy, compute_energy
from energy.allocation.result import Allocation
from energy.readings.use import Use
from energy.units import J_PER_KWH
from infra.inventory.errors import N_, Detail
from infra.inventory.site import Site

SAME = 0.001  # under a thousandth of a change nothing changed


@dataclass(frozen=True)
class Basis:
    """Energy and work of one zone, or of one period of it. Work is in core-seconds and GPU-seconds used.

    `gpu_in_cores`: how many core-seconds one GPU-second counts for; the same on both sides of a comparison.
    """

    name: str
    energy: ComputeEnergy
    core_s: float
    gpu_s: float = 0.0
    gpu_in_cores: float = 0.0

    @property
    def work_core_s(self) -> float:
        """Return the work in core-seconds, GPU-seconds counted as cores."""
        return self.core_s + self.gpu_in_cores * self.gpu_s

    @property
    def kwh_per_core_s(self) -> float | None:
        """Return facility energy per core-second of work [kWh]; None without work."""
        return self.energy.facility_j / J_PER_KWH / self.work_core_s if self.work_core_s > 0 else None


@dataclass(frozen=True)
class IsoCompute:
    """Changes from one basis to another, as shares (−0.303: 30.3 % less), and a warning or None."""

    before: Basis
    after: Basis
    pue_change: float
    tue_change: float
    energy_per_work_change: float
    warning: Detail | None


def zone_bases(site: Site, allocation: Allocation, use: Use) -> dict[str, Basis]:
    """Return the basis of every cooling zone: its energy, and the work that pods did there.

    A GPU-second counts for as many core-seconds as its declared dynamic power is worth of a core's, site means.
    """
    core_w = float(np.mean([core_dynamic_w(node) for node in site.nodes.values()]))
    boards_w = [gpu_dynamic_w(node) for node in site.nodes.values() if node.gpu_count]
    gpu_in_cores = float(np.mean(boards_w)) / core_w if boards_w and core_w > 0 else 0.0
    work = {zone: [0.0, 0.0] for zone in site.cooling.zones}
    for node, used in use.nodes.items():
        for place, table in enumerate((used.cpu_used_s, used.gpu_used_s)):
            work[site.zone_of(node)][place] += sum(float(seconds.sum()) for seconds in table.values())
    return {zone: Basis(zone, energy, work[zone][0], work[zone][1], gpu_in_cores)
            for zone, energy in compute_energy(allocation, by="zone").items()}


def compare(before: Basis, after: Basis) -> IsoCompute | None:
    """Return what changes from `before` to `after` for the same work; None where either has no work or no ratio.

    Warns when PUE falls and energy per work does not: then the ratio fell because more was counted as IT energy.
    """
    ratios = (before.energy.pue, after.energy.pue, before.energy.tue, after.energy.tue)
    per_work = (before.kwh_per_core_s, after.kwh_per_core_s)
    if None in ratios or None in per_work:
        return None
    pue, tue, work = (_change(first, second) for first, second in (ratios[:2], ratios[2:], per_work))
    warning = None
    if pue < -SAME and work > -SAME:
        warning = Detail(f"{before.name} -> {after.name}", N_(
            "PUE falls by {pue} % and energy per computing does not ({work} %): what fans and pumps drew has moved "
            "inside the servers' meters, nothing was saved"),
            {"pue": f"{-100 * pue:.1f}", "work": f"{100 * work:+.1f}"})
    return IsoCompute(before, after, pue, tue, work, warning)


def _change(before: float | None, after: float | None) -> float:
    return (after or 0.0) / before - 1 if before else 0.0
