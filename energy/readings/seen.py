"""What the counter engine saw, in words."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from energy.readings import counter_kernel as kernel
from energy.readings.finding import Finding, FindingKind
from infra.inventory.errors import N_

_SAID: dict[int, tuple[FindingKind, str]] = {
    kernel.RESET: (FindingKind.RESET, N_("the register started again from zero {count} times; what it counted between "
                                         "its last reading and that moment is lost, a scrape's worth as a rule")),
    kernel.WRAP: (FindingKind.WRAP, N_("the register passed its modulus {count} times; nothing is lost")),
    kernel.REPLACED: (FindingKind.REPLACEMENT, N_("the meter was replaced {count} times, settled from closing and "
                                                  "opening indexes")),
    kernel.LOST: (FindingKind.REPLACEMENT, N_("another register took its place {count} times, without closing or "
                                              "opening index: what passed meanwhile is not known")),
    kernel.DUPLICATE: (FindingKind.DUPLICATE, N_("{count} samples came twice; each counts once")),
    kernel.CONFLICT: (FindingKind.CONFLICT, N_("{count} moments have two different readings; the first one counts")),
    kernel.LATE: (FindingKind.OUT_OF_ORDER, N_("{count} samples came out of order")),
    kernel.STALE: (FindingKind.STALE, N_("the series ended {count} times (stale marker)")),
    kernel.NOT_A_NUMBER: (FindingKind.NOT_A_NUMBER, N_("{count} samples are no number; they are left out")),
    kernel.INFINITE: (FindingKind.INFINITE, N_("{count} samples are infinite or beyond any register; they are left "
                                               "out")),
    kernel.NEGATIVE: (FindingKind.NEGATIVE, N_("{count} samples are negative; they are left out")),
    kernel.CLOCK: (FindingKind.CLOCK, N_("{count} samples bear a time in the future or before 1990; they are left "
                                         "out")),
    kernel.SLIP: (FindingKind.UNIT_SLIP, N_("{count} samples are a thousand times too large or too small: the unit "
                                            "changed meanwhile; they are left out")),
    kernel.NAMEPLATE: (FindingKind.NAMEPLATE, N_("{count} samples would mean more power than the place can carry; they "
                                                 "are left out")),
    kernel.GAP: (FindingKind.GAP, N_("{count} holes of more than two scrapes")),
}


def findings_of(name: str, seen: npt.NDArray[np.int64]) -> tuple[Finding, ...]:
    """Return the findings of one meter from the engine's counts (rows: kinds; columns: count, first, last [ms])."""
    return tuple(Finding(*_kind(kind, name), count=int(seen[kind, 0]), first=_moment(seen[kind, 1]),
                         last=_moment(seen[kind, 2]), figures={"count": int(seen[kind, 0])})
                 for kind in _SAID if seen[kind, 0])


def _kind(kind: int, name: str) -> tuple[FindingKind, str, str]:
    found, said = _SAID[kind]
    return found, name, said


def _moment(moment_ms: int) -> datetime:
    """Return a time; one that no calendar holds is the nearest that one does."""
    return datetime.fromtimestamp(min(max(int(moment_ms), 0), 253_402_300_799_000) / 1000, UTC)
