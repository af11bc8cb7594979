"""From readings to the settled result, in the order of METHOD.md: IT, cooling, base load, losses, closure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from energy.allocation.apportion import apportion
from energy.allocation.cooling_split import split_cooling
from energy.allocation.holders import Holder, Shares
from energy.allocation.it_energy import it_energy
from energy.allocation.result import Allocation, Component
from energy.graph.closure import Closure, close
from energy.graph.feeds import BASE_LOAD
from energy.graph.registers import Registers
from energy.readings.meters import MeterReadings
from energy.readings.names import RESIDUAL
from energy.readings.use import Use
from energy.units import Joules
from infra.inventory.site import Site


def settle(site: Site, readings: MeterReadings, use: Use) -> Allocation:
    """Return every joule of the facility meter on one holder and component.

    A pool that nobody can bear (cooling of a zone without IT energy, the loss of an idle stage) is `_residual`'s.
    Raises EnergyError (a meter that the graph needs is not in the site file), ConservationError.
    """
    closure = close(site, readings)
    it = it_energy(site, closure, use)
    cooling = split_cooling(site, closure, Registers(site, readings, "heat"), it.total)
    base, base_rest_j = apportion(closure.base_load_j, it.total.energy_j)
    draws_j = {**cooling.by_machine, BASE_LOAD: base}
    losses, loss_rest_j = _losses(closure, it.through_outlets, draws_j, it.total)
    holders = it.total.holders
    unclosed = Shares.none(holders, closure.period.count)
    unclosed.energy_j[holders.index(Holder(RESIDUAL, ""))] = (
        closure.residual_j + cooling.unborne_j + base_rest_j + loss_rest_j)
    return Allocation(closure, {
        Component.DYNAMIC: it.dynamic, Component.IDLE: it.idle, Component.COOLING: cooling.total(it.total),
        Component.LOSS: losses, Component.BASE: Shares(holders, base), Component.CLOSURE: unclosed,
    })


def _losses(closure: Closure, through_outlets: Mapping[str, Joules], draws_j: Mapping[str, Joules],
            like: Shares) -> tuple[Shares, Joules]:
    """Return the losses of all stages over holders, and what nobody carried.

    At each stage they go in proportion to the energy carried through it, losses below it included.
    """
    carried = dict(draws_j)
    lost = np.zeros_like(like.energy_j)
    rest_j = np.zeros(closure.period.count, dtype=np.int64)
    for name in closure.feeds.order:
        out = through_outlets.get(name)
        if out is None:
            branches = closure.feeds.branches[name]
            out = sum((branch.of(carried[branch.child]) for branch in branches), np.zeros_like(lost))
        shares, unborne_j = apportion(closure.stages[name].loss_j, out)
        carried[name] = out + shares
        lost += shares
        rest_j = rest_j + unborne_j
    return Shares(like.holders, lost), rest_j
