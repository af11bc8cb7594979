"""The settled result: whole joules per holder, component and interval, adding up to the facility meter in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from energy.allocation.baseline import Baselines
from energy.allocation.cooling_split import CoolingSplit
from energy.allocation.holders import Shares
from energy.errors import ConservationError
from energy.graph.closure import Closure
from energy.units import Joules
from infra.inventory.errors import N_


class Component(StrEnum):
    """Where a joule went. IDLE and DYNAMIC are IT energy; LOSS, COOLING, BASE are overhead; CLOSURE is `_residual`."""

    DYNAMIC = "dynamic"
    IDLE = "idle"
    COOLING = "cooling"
    LOSS = "loss"
    BASE = "base"
    CLOSURE = "closure"


IT_COMPONENTS = (Component.DYNAMIC, Component.IDLE)
OVERHEAD_COMPONENTS = (Component.COOLING, Component.LOSS, Component.BASE)


@dataclass(frozen=True)
class Notes:
    """What the settlement knows beside the joules of its lines, and no line counts again.

    `reserved_mw`: nameplate milliwatts held. `fans`: the part of IT energy that servers' fans drew. `unseen_j`
    [intervals]: dynamic energy that no pod was seen to cause. `cooling`: by machine and zone.
    """

    reserved_mw: Shares
    fans: Shares
    unseen_j: Joules
    cooling: CoolingSplit
    baselines: Baselines = field(default_factory=dict)


@dataclass(frozen=True)
class Allocation:
    """Shares by component, over the same holders, the closure they were made from, and what goes beside them."""

    closure: Closure
    shares: Mapping[Component, Shares]
    notes: Notes | None = None

    def __post_init__(self) -> None:
        total_j = sum(shares.energy_j.sum(axis=0) for shares in self.shares.values())
        if not (total_j == self.closure.facility_j).all():
            raise ConservationError(N_("the lines do not add up to the facility meter"), where="energy.allocation",
                                    remedy=N_("report this with the site file: no figure is shown"))
