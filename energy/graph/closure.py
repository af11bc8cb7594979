"""From outlets and machines up to the facility meter: every joule of it is IT, machine, base load, loss or residual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from energy.errors import ConservationError
from energy.graph.feeds import BASE_LOAD, SUPPLY, Feeds, feeds_of
from energy.graph.registers import Registers
from energy.graph.stage import Stage, stage_of
from energy.interval import SETTLEMENT_S, Period
from energy.quality import Quality
from energy.readings.meters import MeterReadings
from energy.units import Joules, joules_from_watts
from infra.inventory.errors import N_
from infra.inventory.power import LossCurve
from infra.inventory.site import Site


@dataclass(frozen=True)
class Closure:
    """Joules per interval. facility = Σ outlets of nodes + Σ machines + base load + Σ losses + residual, exactly."""

    period: Period
    feeds: Feeds
    facility_j: Joules
    generated_j: Joules
    outlets_j: Mapping[str, Joules]
    machines_j: Mapping[str, Joules]
    base_load_j: Joules
    base_load_quality: Quality
    stages: Mapping[str, Stage]
    residual_j: Joules

    @property
    def it_energy_j(self) -> Joules:
        """Return the energy at the outlets that feed nodes."""
        return sum(self.outlets_j.values(), np.zeros_like(self.facility_j))


def close(site: Site, readings: MeterReadings) -> Closure:
    """Return the closure of the graph of feeds on the facility meter.

    Raises EnergyError naming the element that needs a meter and has none, ConservationError when the sum is not exact.
    """
    feeds, registers = feeds_of(site), Registers(site, readings)
    machines_j = {machine: registers.needed(machine) for machine in feeds.machines}
    base_load_j, base_load_quality = _base_load(site, feeds, registers, machines_j)
    draws_j = {**machines_j, BASE_LOAD: base_load_j}
    stages: dict[str, Stage] = {}
    elements = site.power.elements()
    for name in feeds.order:
        drawn_j = registers.needed(name) if name in feeds.node_of_outlet else _drawn(feeds, name, draws_j, registers)
        curve = getattr(elements[name], "loss", LossCurve())
        stages[name] = stage_of(drawn_j, registers.at(name, "in"), registers.at(name, "out"), curve)
        draws_j[name] = stages[name].in_j
    generated_j = registers.total(site.power.gensets)
    facility_j = registers.total(site.power.incomers) + generated_j
    unexplained_j = facility_j - _drawn(feeds, SUPPLY, draws_j, registers)
    closure = Closure(
        period=readings.period, feeds=feeds, facility_j=facility_j, generated_j=generated_j,
        outlets_j={outlet: stages[outlet].out_j for outlet in feeds.node_of_outlet}, machines_j=machines_j,
        base_load_j=base_load_j, base_load_quality=base_load_quality, stages=stages,
        residual_j=sum((stage.residual_j for stage in stages.values()), unexplained_j))
    _verify(closure)
    return closure


def _drawn(feeds: Feeds, point: str, draws_j: Mapping[str, Joules], registers: Registers) -> Joules:
    return sum((branch.of(draws_j[branch.child]) for branch in feeds.branches[point]), registers.zero)


def _base_load(site: Site, feeds: Feeds, registers: Registers,
               machines_j: Mapping[str, Joules]) -> tuple[Joules, Quality]:
    """Return the energy of light, doors, security: what its metered panel feeds beside machines, else as declared."""
    panel = site.identity.base_load_fed_by
    if panel in site.power.panels:
        measured_j = registers.through(panel)
        children = [branch for branch in feeds.branches[panel] if branch.child != BASE_LOAD]
        if measured_j is not None and all(branch.child in machines_j for branch in children):
            left_j = measured_j - sum((branch.of(machines_j[branch.child]) for branch in children), registers.zero)
            return np.maximum(left_j, 0), Quality.DERIVED
    declared_j = joules_from_watts(site.identity.base_load_w, SETTLEMENT_S)
    return np.full_like(registers.zero, declared_j), Quality.DECLARED


def _verify(closure: Closure) -> None:
    parts_j = closure.it_energy_j + closure.base_load_j + closure.residual_j
    parts_j = parts_j + sum(closure.machines_j.values()) + sum(stage.loss_j for stage in closure.stages.values())
    if not np.array_equal(parts_j, closure.facility_j):
        raise ConservationError(N_("the graph of feeds does not close on the facility meter"), where="energy.graph",
                                remedy=N_("report this with the site file: no figure is shown"))
