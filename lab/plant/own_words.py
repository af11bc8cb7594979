"""What boards, nodes and zones tell of themselves, beside the meters of the site file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lab.plant.clock import Series
from lab.plant.loops import Loop
from lab.plant.tenancies import Tenancy


@dataclass(frozen=True)
class OwnWords:
    """By minute: watts of boards by (node, index), who held which part of them, busy cores and watts of fans by node,
    loops by zone. Empty: nothing of it is recorded.
    """

    board_w: Mapping[tuple[str, str], Series] = field(default_factory=dict)
    tenancies: tuple[Tenancy, ...] = ()
    busy_cores: Mapping[str, Series] = field(default_factory=dict)
    fans_w: Mapping[str, Series] = field(default_factory=dict)
    loops: Mapping[str, Loop] = field(default_factory=dict)
