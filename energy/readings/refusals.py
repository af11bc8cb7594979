"""What stops a close while meters are read, unless it is allowed by name; then it is a finding for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from energy.errors import MissingDataError, PartialAnswerError
from energy.interval import SETTLEMENT_S, Period
from energy.readings.allow import DOWNSAMPLED, RETENTION, Allow
from energy.readings.completion import Completion
from energy.readings.finding import Finding, FindingKind
from energy.readings.flags import MISSING
from energy.readings.names import METER_ENERGY
from energy.readings.neighbours import Cells
from energy.readings.places import rating_w
from energy.readings.plausible import refuse_gauge, refuse_overload, refuse_unit
from infra.inventory.errors import N_, Detail
from infra.inventory.site import Site

if TYPE_CHECKING:
    from energy.readings.gather import Gathered

THIN_S, THIN_FACTOR = 300, 4  # Thanos's first step of thinning out; a register declared at 5 minutes is none
DETAILS_MAX = 12


@dataclass(frozen=True)
class Early:
    """The intervals before the history begins, when closing without them was allowed."""

    cells: npt.NDArray[np.bool_]
    findings: tuple[Finding, ...] = ()


def refuse_strange(site: Site, gathered: Gathered, completion: Completion,
                   findings: Mapping[str, tuple[Finding, ...]]) -> tuple[Finding, ...]:
    """Raise MissingDataError for a register that can't be what the site file says; outlets are looked at first."""
    around = completion.neighbours()
    for name in sorted(site.meters, key=lambda name: (site.meters[name].at not in site.power.outlets, name)):
        meter, register = site.meters[name], gathered.registers[name]
        refuse_gauge(name, meter, register.falls, register.samples, f"{gathered.where} {METER_ENERGY[meter.unit]}")
        refuse_overload(name, meter, rating_w(site, meter), findings[name], register.samples)
        refuse_unit(name, meter, completion.cells[name], around.of(name))
    return ()


def refuse_thin(site: Site, gathered: Gathered, may_downsample: bool, allow: Allow) -> tuple[Finding, ...]:
    """Return findings of thinned-out series. Raises PartialAnswerError naming the first when that is not allowed."""
    found = []
    for name, register in gathered.registers.items():
        scrape_s = site.meters[name].scrape_s
        if not may_downsample or register.spacing_s < max(THIN_S, THIN_FACTOR * scrape_s) or register.mostly_dense:
            continue
        figures: dict[str, Any] = {"meter": name, "spacing_s": round(register.spacing_s), "scrape_s": scrape_s}
        if DOWNSAMPLED not in allow:
            raise PartialAnswerError(
                N_("meter '{meter}' has a sample each {spacing_s} s, where the site file says {scrape_s} s: its "
                   "history was thinned out"), where=f"{gathered.where} meters.{name}.scrape_s",
                remedy=N_("ask for raw data (Thanos: max_source_resolution=0s), write the meter's true scrape_s, or "
                          "let it pass with `--allow downsampled`"), **figures)
        found.append(Finding(FindingKind.DOWNSAMPLED, name, N_("a sample each {spacing_s} s, where {scrape_s} s were "
                             "expected: the history was thinned out"), figures=figures))
    return tuple(found)


def begins_late(site: Site, gathered: Gathered, period: Period, allow: Allow) -> Early:
    """Return the intervals before any meter's first reading. Raises PartialAnswerError when that is not allowed."""
    none = np.zeros(period.count, dtype=np.bool_)
    first = min((moment for register in gathered.registers.values() if (moment := register.first_seen)), default=None)
    if first is None or first <= period.start + timedelta(seconds=2 * max(m.scrape_s for m in site.meters.values())):
        return Early(none)
    cells = period.starts_s < first.timestamp()
    figures: dict[str, Any] = {"first": first.isoformat(timespec="seconds"), "start": period.start.isoformat(),
               "count": int(cells.sum())}
    if RETENTION not in allow:
        raise PartialAnswerError(
            N_("the history begins at {first}, after the start of the period at {start}: {count} intervals have no "
               "reading of any meter"), where=gathered.where,
            remedy=N_("is the history kept long enough (retention)? Bring it back, or close what is there with "
                      "`--allow retention`: those intervals then count nothing, and the page says so"), **figures)
    return Early(cells, (Finding(
        FindingKind.RETENTION, gathered.where, N_("the history begins at {first}: {count} intervals before it count "
                                                  "nothing"), count=int(cells.sum()), first=period.start,
        last=period.start_of(int(cells.sum()) - 1) + timedelta(seconds=SETTLEMENT_S - 1), figures=figures),))


def refuse_missing(site: Site, gathered: Gathered, cells: Mapping[str, Cells], early: npt.NDArray[np.bool_],
                   noticed: Sequence[Finding]) -> None:
    """Raise MissingDataError naming the first meter without a figure in some interval, and what was noticed of it."""
    for name in sorted(cells):
        lacking = (cells[name][1] == MISSING) & ~early
        if lacking.any():
            start = gathered.period.start_of(int(np.argmax(lacking)))
            raise MissingDataError(
                N_("meter '{meter}' has no reading for {count} of {total} intervals, the first from {first}"),
                where=f"{gathered.where} {METER_ENERGY[site.meters[name].unit]}", meter=name, count=int(lacking.sum()),
                total=len(lacking), first=start.isoformat(),
                details=_details(name, noticed),
                remedy=N_("bring the readings of '{meter}' back (is it scraped? is the history kept long enough?), "
                          "then run again: no figure is invented"))


def _details(name: str, noticed: Sequence[Finding]) -> list[Detail]:
    return [Detail(one.where, one.what, one.figures) for one in noticed if one.where == name][:DETAILS_MAX]
