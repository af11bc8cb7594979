"""What the meters around a place say of it: parent minus other children, or the sum of its children and its loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from energy.graph.feeds import BASE_LOAD, SUPPLY, Feeds, feeds_of
from energy.graph.stage import curve_loss_j
from energy.readings.flags import BRIDGED, Flags
from energy.units import Joules
from infra.inventory.power import LossCurve
from infra.inventory.site import Site

_ROUNDS = 24  # a loss that grows by half of the output or less stands to the joule by then

Cells = tuple[Joules, Flags]


@dataclass(frozen=True)
class Known:
    """Joules per interval, where they are known from counted readings only, and what a difference was taken from."""

    energy_j: Joules
    known: npt.NDArray[np.bool_]
    minuend_j: Joules | None = None

    @property
    def size_j(self) -> Joules:
        """Return the energy [J] whose meter errors this bears: a small difference of large figures is unsure."""
        return self.energy_j if self.minuend_j is None else self.minuend_j

    def or_else(self, other: Known) -> Known:
        """Return this, and `other` where this is not known."""
        return Known(np.where(self.known, self.energy_j, other.energy_j), self.known | other.known,
                     np.where(self.known, self.size_j, other.size_j))

    def __add__(self, other: Known) -> Known:
        return Known(self.energy_j + other.energy_j, self.known & other.known)

    def minus(self, other: Known) -> Known:
        """Return the difference, known where it is not negative."""
        left_j = self.energy_j - other.energy_j
        return Known(left_j, self.known & other.known & (left_j >= 0), self.size_j)


class Neighbours:
    """Reads the graph of feeds around one place. Only cells that were measured or bridged serve."""

    def __init__(self, site: Site, cells: Mapping[str, Cells], count: int) -> None:
        self._site = site
        self._feeds: Feeds = feeds_of(site)
        self._nothing = Known(np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.bool_))
        self._zero = Known(self._nothing.energy_j, ~self._nothing.known)
        self._standing: dict[tuple[str, str], Known] = {
            (meter.at, meter.side): Known(cells[name][0], cells[name][1] <= BRIDGED)
            for name, meter in site.meters.items() if meter.quantity == "energy" and name in cells}
        self._left: dict[str, Known] = {}
        self._parents: dict[str, list[str]] = {}
        self._summed: dict[str, tuple[Joules, npt.NDArray[np.int64]]] = {}
        for point, branches in self._feeds.branches.items():
            for branch in branches:
                self._parents.setdefault(branch.child, []).append(point)

    def of(self, meter_id: str) -> Known:
        """Return what the others say of a meter's place.

        Parent minus other children first, where the parent has its own meter; then the sum of the children and the
        declared loss; then parent minus other children through declared losses.
        """
        meter = self._site.meters[meter_id]
        if meter.quantity != "energy":
            return self._nothing
        if meter.at in self._site.power.incomers or meter.at in self._site.power.gensets:
            return self._drawn(SUPPLY).minus(self._supplies(without=meter.at))
        below = self._from_below(meter.at, meter.side)
        if meter.side == "out" and self._curve(meter.at) != LossCurve():
            return below
        above = self._left_by_others(meter.at)
        return above.or_else(below) if self._has_metered_parent(meter.at) else below.or_else(above)

    def _has_metered_parent(self, place: str) -> bool:
        parents = self._parents.get(place, [])
        return all(parent == SUPPLY or (parent, "out") in self._standing or (
            (parent, "in") in self._standing and self._curve(parent) == LossCurve()) for parent in parents)

    def _at(self, place: str, side: str) -> Known:
        return self._standing.get((place, side), self._nothing)

    def _curve(self, place: str) -> LossCurve:
        return getattr(self._site.power.elements().get(place), "loss", LossCurve())

    def _left_by_others(self, place: str) -> Known:
        parents = set(self._parents.get(place, ()))  # incomers and gensets are one point, the supply
        if len(parents) != 1:
            return self._nothing
        parent = parents.pop()
        above = self._supplies() if parent == SUPPLY else self._leaving(parent)
        drawn_j, unknown = self._children(parent)
        own = self._entering(place)
        others_j = drawn_j - np.where(own.known, own.energy_j, 0)
        return above.minus(Known(others_j, unknown - ~own.known == 0))

    def _leaving(self, place: str) -> Known:
        """Return what leaves a place towards its children: its output meter, else what enters less its loss."""
        if place not in self._left:
            entering = self._at(place, "in").or_else(self._left_by_others(place))
            self._left[place] = self._at(place, "out").or_else(self._without_loss(place, entering))
        return self._left[place]

    def _without_loss(self, place: str, entering: Known) -> Known:
        """Return what leaves when so much enters: the loss curve is of the output, so go round until it stands."""
        leaving_j = entering.energy_j
        for _ in range(_ROUNDS if self._curve(place) != LossCurve() else 0):
            leaving_j = entering.energy_j - curve_loss_j(self._curve(place), np.maximum(leaving_j, 0))
        return Known(leaving_j, entering.known & (leaving_j >= 0))

    def _from_below(self, place: str, side: str) -> Known:
        lossless = self._curve(place) == LossCurve()
        if lossless:
            return self._at(place, "out" if side == "in" else "in").or_else(self._drawn(place))
        if side == "out":
            return self._drawn(place)
        return self._with_loss(place, self._at(place, "out").or_else(self._drawn(place)))

    def _with_loss(self, place: str, leaving: Known) -> Known:
        return Known(leaving.energy_j + curve_loss_j(self._curve(place), leaving.energy_j), leaving.known)

    def _drawn(self, point: str) -> Known:
        """Return the sum of what the children of a point draw; not known for what feeds only nodes."""
        if not self._feeds.branches.get(point):
            return self._nothing
        drawn_j, unknown = self._children(point)
        return Known(drawn_j, unknown == 0)

    def _children(self, point: str) -> tuple[Joules, npt.NDArray[np.int64]]:
        """Return what the known children of a point draw [J], and how many are not known; worked out once."""
        if point not in self._summed:
            drawn_j, unknown = self._zero.energy_j.copy(), self._zero.energy_j.copy()
            for child in dict.fromkeys(branch.child for branch in self._feeds.branches[point]):
                entering = self._entering(child)
                drawn_j += np.where(entering.known, entering.energy_j, 0)
                unknown += ~entering.known
            self._summed[point] = drawn_j, unknown
        return self._summed[point]

    def _entering(self, child: str) -> Known:
        """Return what enters a child; not known of one with several parents: which of them gave it was not measured."""
        if child == BASE_LOAD:
            return self._zero if self._site.identity.base_load_w == 0 else self._nothing
        if len(set(self._parents[child])) != 1:
            return self._nothing
        return self._at(child, "in").or_else(self._with_loss(child, self._at(child, "out").or_else(self._drawn(child))))

    def _supplies(self, without: str = "") -> Known:
        total = self._zero
        for place in (*self._site.power.incomers, *self._site.power.gensets):
            if place != without:
                total += self._at(place, "out").or_else(self._at(place, "in"))
        return total
