"""The readings of a site's energy meters by the place and side where each meter stands."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from energy.errors import EnergyError
from energy.readings.meters import MeterReadings
from energy.units import Joules
from infra.inventory.errors import N_
from infra.inventory.site import Site


class Registers:
    """Energy [J] per interval at a place: a power element, a machine of the plant, a tank."""

    def __init__(self, site: Site, readings: MeterReadings, quantity: str = "energy") -> None:
        self.zero = np.zeros(readings.period.count, dtype=np.int64)
        self._by_place: dict[tuple[str, str], Joules] = {(meter.at, meter.side): readings.energy_j[name]
                          for name, meter in site.meters.items() if meter.quantity == quantity}

    def at(self, place: str, side: str) -> Joules | None:
        """Return the reading at one side of a place, None where no meter stands."""
        return self._by_place.get((place, side))

    def through(self, place: str) -> Joules | None:
        """Return the energy through a place without loss, where either side's meter serves; None without meter."""
        found = self.at(place, "in")
        return self.at(place, "out") if found is None else found

    def needed(self, place: str) -> Joules:
        """Return the energy through a place that can't go without a meter. Raises EnergyError naming it."""
        found = self.through(place)
        if found is None:
            raise EnergyError(N_("'{place}' has no meter, and its energy can't be known without one"), place=place,
                              where="meters", remedy=N_("add a meter to the site file with `at: {place}`"))
        return found

    def total(self, places: Iterable[str]) -> Joules:
        """Return the sum over places, each needed."""
        return sum((self.needed(place) for place in places), self.zero)
