"""Fans of servers: IT energy for a PUE, overhead of the machine for ITUE and TUE (Patterson et al., ISC 2013)."""

from __future__ import annotations

import numpy as np

from energy.interval import SETTLEMENT_S
from energy.units import Joules
from infra.inventory.compute import Node

# Share of the fans in a server's power grows as power to this exponent: through 8.9 % at 320 W and 15.4 % at 911 W
# of Azure's GreenSKU measurements (server_fan_power.csv): ln(15.4 / 8.9) / ln(911 / 320) = 0.524.
FAN_SHARE_EXPONENT = 0.524


def fan_energy_j(node: Node, energy_j: Joules, counted_j: Joules | None = None) -> Joules:
    """Return what the node's fans drew [J] per interval: their own counter, else the curve through `fan_share`.

    `fan_share` is their share at the nameplate; in oil it is 0, and so is the result. Never more than the node drew.
    """
    if counted_j is not None:
        return np.clip(counted_j, 0, energy_j)
    if not node.power.fan_share or not node.power.nameplate_w:
        return np.zeros_like(energy_j)
    load = energy_j / (node.power.nameplate_w * SETTLEMENT_S)
    share = node.power.fan_share * np.minimum(load, 1.0) ** FAN_SHARE_EXPONENT
    return np.rint(energy_j * share).astype(np.int64)
