"""Power through every element of the feeds, from outlets and machines up to the incomers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from infra.inventory.power import LossCurve
from infra.inventory.site import Site
from lab.plant.clock import Series

PREFERRED_INPUT = 0.55  # what a server's first power supply takes when it has two


@dataclass(frozen=True)
class Flows:
    """Watts by minute that leave and enter each element; an element with several parents draws on them alike."""

    out_w: Mapping[str, Series]
    in_w: Mapping[str, Series]


def outlet_shares(site: Site) -> dict[str, dict[str, float]]:
    """Return by node the share of its power that each of its outlets carries."""
    shares: dict[str, dict[str, float]] = {}
    for name, node in site.nodes.items():
        others = len(node.outlets) - 1
        first = PREFERRED_INPUT if others else 1.0
        shares[name] = {node.outlets[0]: first} | dict.fromkeys(node.outlets[1:], (1 - first) / max(1, others))
    return shares


def machine_parents(site: Site) -> dict[str, tuple[str, ...]]:
    """Return by machine and tank what feeds it."""
    return ({name: machine.fed_by for name, machine in site.cooling.equipment().items()}
            | {name: tank.fed_by for name, tank in site.enclosures.tanks.items()})


class Walk:
    """Sums powers up the feeds; each element is computed once."""

    def __init__(self, site: Site, node_w: Mapping[str, Series], machine_w: Mapping[str, Series]) -> None:
        self._site = site
        self._leaf_w: dict[str, list[Series]] = {}
        for name, shares in outlet_shares(site).items():
            for outlet, share in shares.items():
                self._add(outlet, node_w[name] * share)
        for name, parents in machine_parents(site).items():
            for parent in parents:
                self._add(parent, machine_w[name] / len(parents))
        count = len(next(iter(node_w.values())))
        base_at = site.identity.base_load_fed_by or next(iter(site.power.incomers))
        self._add(base_at, np.full(count, site.identity.base_load_w))
        self._zero = np.zeros(count)
        self._out: dict[str, Series] = {}

    def _add(self, element: str, power_w: Series) -> None:
        self._leaf_w.setdefault(element, []).append(power_w)

    @cached_property
    def _children(self) -> dict[str, list[tuple[str, float]]]:
        """Return by element its children in the feeds and the part of each that it carries; gensets stand still."""
        found: dict[str, list[tuple[str, float]]] = {name: [] for name in self._site.power.elements()}
        for name, element in self._site.power.elements().items():
            parents = [parent for parent in element.fed_by if parent not in self._site.power.gensets]
            for parent in parents:
                found[parent].append((name, 1 / len(parents)))
        return found

    def out_w(self, name: str) -> Series:
        """Return the power that leaves an element [W]."""
        if name not in self._out:
            drawn = [self.in_w(child) * part for child, part in self._children[name]]
            self._out[name] = sum([*drawn, *self._leaf_w.get(name, [])], self._zero)
        return self._out[name]

    def in_w(self, name: str) -> Series:
        """Return the power that enters an element [W]: what leaves it and its loss."""
        out_w = self.out_w(name)
        curve: LossCurve = getattr(self._site.power.elements()[name], "loss", LossCurve())
        return out_w + curve.fixed_w + curve.linear * out_w + curve.quadratic_per_w * out_w**2

    def flows(self) -> Flows:
        """Return the powers of every element."""
        names = list(self._site.power.elements())
        return Flows({name: self.out_w(name) for name in names}, {name: self.in_w(name) for name in names})
