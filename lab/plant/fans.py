"""Fans of a server by its power, from measurements: the inlet draws what computes, and the fans that cool all of it."""

from __future__ import annotations

import numpy as np

from infra.inventory.compute import NodePower
from lab.plant.clock import Series
from lab.plant.measured import fan_curve

GRID = 512


def fans_w(power: NodePower, inlet_w: Series) -> Series:
    """Return what the fans draw [W] when the inlet draws `inlet_w`: the measured shape through the node's own
    `fan_share` at its nameplate. Below the least measured load the share stays what it was there.
    """
    load, share = fan_curve()
    return np.asarray(inlet_w * power.fan_share * np.interp(inlet_w / power.nameplate_w, load, share))


def inlet_w(power: NodePower, compute_w: Series) -> Series:
    """Return the inlet's power [W] for `compute_w` above rest: rest declares its fans, more compute adds to them."""
    rest_w = power.idle_w - float(fans_w(power, np.array([power.idle_w]))[0])
    inlets_w = np.linspace(power.idle_w, 1.5 * power.nameplate_w, GRID)
    return np.asarray(np.interp(rest_w + compute_w, inlets_w - fans_w(power, inlets_w), inlets_w))
