"""GPU boards: the hardware's energy counter is the total; who held and used which part of a board are its shares.

DCGM exporter repeats a board's figure on every pod of a time-sliced board (its issue 582) and on every MIG instance
(issue 317): such rows are one counter, recognised here, and never summed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from energy.errors import MissingDataError
from energy.readings.finding import Finding, FindingKind
from energy.readings.source import Series, Values
from energy.units import Joules
from infra.inventory.compute import MIG_SLICES, Gpu
from infra.inventory.errors import N_


@dataclass(frozen=True)
class Claim:
    """What one account held of one board: parts (slices, replicas, the board), and part-seconds of activity."""

    parts: Values
    active_s: Values

    def __add__(self, other: Claim) -> Claim:
        return Claim(self.parts + other.parts, self.active_s + other.active_s)


@dataclass(frozen=True)
class Board:
    """Joules per interval of one board, and the claims of accounts on it (none known: the node's use decides)."""

    energy_j: Joules
    claims: Mapping[str, Claim] = field(default_factory=dict)

    def part(self, inside: slice) -> Board:
        """Return some intervals of it (views, no copy)."""
        return Board(self.energy_j[inside], {account: Claim(claim.parts[inside], claim.active_s[inside])
                                             for account, claim in self.claims.items()})


@dataclass(frozen=True)
class Slice:
    """One tenancy of one part of a board: which account held it, and how active it was (0 to 1), per interval."""

    account: str
    instance: str
    parts: float
    held: Values
    active_s: Values


def one_counter(rows: Sequence[Series], where: str) -> tuple[Values, tuple[Finding, ...]]:
    """Return the board's counter behind its rows, and a finding when it was repeated.

    Rows that agree wherever two of them have a reading are one counter. Raises MissingDataError when two differ.
    """
    merged = rows[0].values.copy()
    for row in rows[1:]:
        both = np.isfinite(merged) & np.isfinite(row.values)
        if not np.array_equal(merged[both], row.values[both]):
            raise MissingDataError(
                N_("{count} counters claim to be board {board}, and they differ"), where=where, board=where,
                count=len(rows), remedy=N_("record one series per board: the counter of the board itself, by its UUID"))
        merged = np.where(np.isfinite(merged), merged, row.values)
    if len(rows) == 1:
        return merged, ()
    sharers = sorted({row.labels.get("GPU_I_ID") or row.labels.get("pod", "") for row in rows})
    return merged, (Finding(
        FindingKind.DUPLICATE, where,
        N_("the counter of the board comes {count} times, once for each of its sharers ({sharers}): it counts once"),
        count=len(rows), figures={"count": len(rows), "sharers": ", ".join(sharers)}),)


def claims_of(gpu: Gpu, slices: Sequence[Slice], where: str) -> dict[str, Claim]:
    """Return the claims of accounts on one board.

    Raises MissingDataError when two accounts held one slice in one interval, or more was held than the board has.
    """
    _refuse_two_owners(slices, where)
    found: dict[str, Claim] = {}
    for piece in slices:
        claim = Claim(piece.held * piece.parts, piece.active_s * piece.parts)
        found[piece.account] = found[piece.account] + claim if piece.account in found else claim
    held = sum((claim.parts for claim in found.values()), np.zeros(1))
    if gpu.mode == "mig" and (held > MIG_SLICES + 1e-6).any():
        raise MissingDataError(
            N_("{held} compute slices of board {board} are held at once, but it has {known}"), where=where, board=where,
            held=f"{float(held.max()):g}", known=MIG_SLICES,
            remedy=N_("check the profiles of its MIG instances; a slice that is rebuilt must lose its old series"))
    return found


def slices_of_profile(profile: str) -> int:
    """Return the compute slices of a MIG profile: 3 of `3g.40gb`. Raises MissingDataError when it is not one."""
    head = profile.split("g.")[0]
    if not head.isdigit() or not 1 <= int(head) <= MIG_SLICES:
        raise MissingDataError(N_("'{profile}' is no MIG profile"), profile=profile,
                               remedy=N_("write it as the driver names it, for instance 3g.40gb"))
    return int(head)


def _refuse_two_owners(slices: Sequence[Slice], where: str) -> None:
    by_instance: dict[str, list[Slice]] = {}
    for piece in slices:
        if piece.instance:
            by_instance.setdefault(piece.instance, []).append(piece)
    for instance, pieces in by_instance.items():
        for place, one in enumerate(pieces):
            for other in pieces[place + 1:]:
                # Means over an interval: one may follow the other in it, but both can't have had it all along.
                if one.account != other.account and (one.held + other.held > 1 + 1e-6).any():
                    raise MissingDataError(
                        N_("'{first}' and '{second}' both claim slice {instance} of board {board}"), where=where,
                        first=min(one.account, other.account), second=max(one.account, other.account),
                        instance=instance, board=where,
                        remedy=N_("a slice has one holder at a time: end the pod that no longer runs, "
                                  "or drop its series"))
