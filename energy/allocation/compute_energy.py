"""ITUE and TUE: energy over what computing alone drew, so that air and oil compare (Patterson et al., ISC 2013)."""

from __future__ import annotations

from dataclasses import dataclass

from energy.allocation.result import IT_COMPONENTS, Allocation, Component
from energy.readings.names import RESIDUAL

COMPUTE_FLOOR_J = 3_600_000  # under 1 kWh a ratio says nothing: it is refused


@dataclass(frozen=True)
class ComputeEnergy:
    """Joules over a period: of the facility (own overhead included), of IT, and of it the servers' fans."""

    facility_j: int
    it_j: int
    fan_j: int

    @property
    def compute_j(self) -> int:
        """Return IT energy without the servers' fans."""
        return self.it_j - self.fan_j

    @property
    def pue(self) -> float | None:
        return self.facility_j / self.it_j if self.it_j >= COMPUTE_FLOOR_J else None

    @property
    def itue(self) -> float | None:
        """Return IT energy over compute energy; 1 in oil; None under 1 kWh."""
        return self.it_j / self.compute_j if self.compute_j >= COMPUTE_FLOOR_J else None

    @property
    def tue(self) -> float | None:
        """Return facility energy over compute energy, which is ITUE · PUE; None under 1 kWh."""
        return self.facility_j / self.compute_j if self.compute_j >= COMPUTE_FLOOR_J else None

    def __add__(self, other: ComputeEnergy) -> ComputeEnergy:
        return ComputeEnergy(self.facility_j + other.facility_j, self.it_j + other.it_j, self.fan_j + other.fan_j)


def compute_energy(allocation: Allocation, by: str = "account") -> dict[str, ComputeEnergy]:
    """Return the figures of every account (or, `by` "zone", of every cooling zone), `_residual` left out.

    Raises ValueError when `by` is neither, or the allocation has no notes.
    """
    if by not in ("account", "zone"):
        raise ValueError(f"energies go by account or by zone, not by {by}")
    if allocation.notes is None:
        raise ValueError("an allocation without notes does not know its fans")
    holders = allocation.notes.fans.holders
    totals = {component: allocation.shares[component].energy_j.sum(axis=1).tolist() for component in Component}
    fans = allocation.notes.fans.energy_j.sum(axis=1).tolist()
    found: dict[str, ComputeEnergy] = {}
    for row, holder in enumerate(holders):
        if holder.account == RESIDUAL:
            continue
        own = ComputeEnergy(sum(column[row] for column in totals.values()),
                            sum(totals[part][row] for part in IT_COMPONENTS), fans[row])
        key = getattr(holder, by)
        found[key] = found[key] + own if key in found else own
    return dict(sorted(found.items()))
