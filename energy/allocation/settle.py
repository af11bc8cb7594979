"""From readings to the settled result, in the order of METHOD.md: IT, cooling, base load, losses, closure."""

from __future__ import annotations

from collections.abc import Mapping

from energy.allocation.baseline import Baselines
from energy.allocation.cooling_split import ZoneHeat, split_cooling
from energy.allocation.holders import Holder, Shares
from energy.allocation.it_energy import ItEnergy, it_energy, node_splits
from energy.allocation.losses import Climb
from energy.allocation.node_split import NodeSplit
from energy.allocation.pool_split import PoolRules
from energy.allocation.result import Allocation, Component, Notes
from energy.graph.closure import Closure, close
from energy.graph.feeds import BASE_LOAD
from energy.graph.registers import Registers
from energy.readings.meters import MeterReadings
from energy.readings.names import RESIDUAL
from energy.readings.telemetry import Telemetry
from energy.readings.use import Use
from energy.units import Joules
from infra.inventory.site import Site


def settle(site: Site, readings: MeterReadings, use: Use, baselines: Baselines | None = None,
           telemetry: Telemetry | None = None, splits: Mapping[str, NodeSplit] | None = None) -> Allocation:
    """Return every joule of the facility meter on one holder and component.

    A pool that nobody can bear (cooling of a zone without IT energy, the loss of an idle stage) is `_residual`'s.
    `splits`: the nodes' splits where others made them (`it_energy.node_splits`), zone by zone.
    Memory grows with holders times intervals: settle a long period day by day (`MeterReadings.part`).
    Raises EnergyError (a meter that the graph needs is not in the site file; boards that count more than their node),
    ConservationError.
    """
    closure = close(site, readings)
    splits = node_splits(site, closure, use, baselines, telemetry) if splits is None else splits
    it = it_energy(site, closure, dict(sorted(splits.items())), telemetry)
    heat = ZoneHeat(Registers(site, readings, "heat"), telemetry.zone_heat_j if telemetry else {})
    cooling = split_cooling(site, closure, heat, it.total, it.reserved_mw)
    rules, holders = PoolRules(site), it.idle.holders
    base, base_rest_j = rules.split(BASE_LOAD, closure.base_load_j, it.total.energy_j, it.reserved_mw.energy_j, holders)
    losses, loss_rest_j = _losses(closure, it, {**cooling.by_machine, BASE_LOAD: base}, rules)
    unclosed = Shares.none(holders, closure.period.count)
    unclosed.energy_j[holders.index(Holder(RESIDUAL, ""))] = (
        closure.residual_j + cooling.unborne_j + base_rest_j + loss_rest_j)
    return Allocation(closure, {
        Component.DYNAMIC: it.dynamic, Component.IDLE: it.idle, Component.COOLING: cooling.total(it.total),
        Component.LOSS: losses, Component.BASE: Shares(holders, base), Component.CLOSURE: unclosed,
    }, Notes(it.reserved_mw, it.fans, it.unseen_j, cooling, baselines or {}))


def _losses(closure: Closure, it: ItEnergy, draws_j: Mapping[str, Joules], rules: PoolRules) -> tuple[Shares, Joules]:
    """Return the losses of all stages over holders, and what nobody carried.

    At each stage they go by the stage's rule: by default in proportion to the energy carried through it, losses below
    it included.
    """
    return Climb(closure, it, draws_j, rules).losses()
