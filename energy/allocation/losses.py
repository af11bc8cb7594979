"""Losses of the feeds over holders, from the outlets up: each stage by what is drawn through it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from energy.allocation.flow import Flow, everybody, together
from energy.allocation.holders import Shares
from energy.allocation.it_energy import ItEnergy
from energy.allocation.pool_split import PoolRules
from energy.graph.closure import Closure
from energy.graph.feeds import Branch
from energy.units import Joules


class Climb:
    """The walk up the feeds: what each holder carries through every point reached so far.

    A child's flow is dropped once its last parent has taken it: no more than one level of the feeds is in memory.
    """

    def __init__(self, closure: Closure, it: ItEnergy, draws_j: Mapping[str, Joules], rules: PoolRules) -> None:
        self.closure, self.it, self.rules = closure, it, rules
        self._intervals = closure.period.count
        self._carried = {name: everybody(energy_j) for name, energy_j in draws_j.items()}
        self._waiting = dict.fromkeys((*closure.feeds.order, *draws_j), 0)
        for branches in closure.feeds.branches.values():
            for branch in branches:
                self._waiting[branch.child] = self._waiting.get(branch.child, 0) + 1
        self._held: dict[str, Flow] = {}
        self._needs_held = any(rules.site.energy.rule_of(name) == "capacity" for name in closure.feeds.order)

    def losses(self) -> tuple[Shares, Joules]:
        """Return the losses of all stages over holders, and what nobody carried [J per interval]."""
        holders = self.it.idle.holders
        lost = Shares.none(holders, self._intervals)
        rest_j = np.zeros(self._intervals, dtype=np.int64)
        for name in self.closure.feeds.order:
            out = self._through(name)
            loss_j = self.closure.stages[name].loss_j
            shares, unborne_j = self._split(name, loss_j, out)
            self._carried[name] = together([out, shares], self._intervals)
            shares.onto(lost.energy_j)
            rest_j = rest_j + unborne_j
        return lost, rest_j

    def _split(self, name: str, loss_j: Joules, out: Flow) -> tuple[Flow, Joules]:
        held = self._held_through(name) if self._needs_held else Flow(out.rows, np.zeros_like(out.energy_j))
        if not loss_j.any():
            return Flow(out.rows[:0], out.energy_j[:0]), np.zeros_like(loss_j)
        by_capacity = self.rules.site.energy.rule_of(name) == "capacity"
        rows = held.rows if by_capacity else out.rows
        shares, rest_j = self.rules.split(name, loss_j, out.rows_at(rows), held.rows_at(rows),
                                          [self.it.idle.holders[row] for row in rows])
        return Flow(rows, shares), rest_j

    def _through(self, name: str) -> Flow:
        own = self.it.through_outlets.get(name)
        if own is not None:
            return own
        branches = self.closure.feeds.branches[name]
        flows = [_part(branch, self._carried[branch.child]) for branch in branches]
        for branch in branches:
            self._waiting[branch.child] -= 1
            if not self._waiting[branch.child]:
                del self._carried[branch.child]
        return together(flows, self._intervals)

    def _held_through(self, name: str) -> Flow:
        """Return the nameplate held behind a point; behind a panel of the plant alone, all that is held on the site."""
        own = self.it.reserved_at_outlets.get(name)
        if own is None:
            below = [_part(branch, self._held[branch.child]) for branch in self.closure.feeds.branches[name]
                     if branch.child in self._held]
            own = together(below, self._intervals) if below else everybody(self.it.reserved_mw.energy_j)
            if not below:
                return own  # nothing to hand up: what is held behind the plant is already counted at the outlets
        self._held[name] = own
        return own


def _part(branch: Branch, flow: Flow) -> Flow:
    return flow if branch.parts == 1 else Flow(flow.rows, branch.of(flow.energy_j))
