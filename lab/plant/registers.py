"""The meters' registers: watt-hours that only grow, in steps of a tenth, as real meters show them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from infra.inventory.meters import Meter
from infra.inventory.site import Site
from lab.plant.clock import STEP_S, Series
from lab.plant.feeds import Flows
from lab.plant.noise import number_of

STEPS_PER_WH = 10
WH_PER_UNIT = {"Wh": 1.0, "kWh": 1000.0, "J": 1 / 3600}
# The facility meter and the meters under it never agree to the last watt: here it counts this share more.
FACILITY_DISAGREEMENT = 0.003


def register_values(site: Site, flows: Flows, machine_w: Mapping[str, Series],
                    heat_w: Mapping[str, Series]) -> dict[str, Series]:
    """Return each meter's register [its own unit] at the start of the period and at the end of each minute."""
    return {name: _register(site, meter, _power_at(meter, flows, machine_w, heat_w))
            for name, meter in site.meters.items()}


def _power_at(meter: Meter, flows: Flows, machine_w: Mapping[str, Series],
              heat_w: Mapping[str, Series]) -> Series:
    if meter.quantity == "heat":
        return heat_w[meter.at]
    if meter.at in machine_w:
        return machine_w[meter.at]
    return (flows.in_w if meter.side == "in" else flows.out_w)[meter.at]


def _register(site: Site, meter: Meter, power_w: Series) -> Series:
    seen = 1 + FACILITY_DISAGREEMENT if meter.at in site.power.incomers else 1.0
    start_wh = number_of(f"{site.id}/{meter.serial}", 5_000_000) / STEPS_PER_WH
    counted_wh = np.concatenate([[0.0], np.cumsum(power_w) * (seen * STEP_S / 3600)])
    shown_wh = np.floor((start_wh + counted_wh) * STEPS_PER_WH + 1e-6) / STEPS_PER_WH
    return shown_wh / WH_PER_UNIT[meter.unit]
