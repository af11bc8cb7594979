"""From what registers counted to a figure in every cell, or none: bridged, derived, estimated when allowed, missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from energy.interval import SETTLEMENT_S, Period
from energy.readings.estimate import estimate, nameplate_w
from energy.readings.finding import Finding, FindingKind
from energy.readings.flags import BRIDGED, DERIVED, MEASURED, MISSING, Flags
from energy.readings.frozen import caught_up, still_spans
from energy.readings.neighbours import Cells, Neighbours
from energy.readings.places import is_incomer, meter_above, rating_w
from energy.readings.row import Row
from energy.readings.spread import spread
from energy.units import JOULES_PER_UNIT
from infra.inventory.errors import N_
from infra.inventory.site import Site

Span = tuple[int, int]


class Completion:
    """The cells of every meter on their way from registers to readings; `findings` says what was done."""

    def __init__(self, site: Site, period: Period, rows: Mapping[str, Row]) -> None:
        self._site, self._period, self._rows = site, period, rows
        self.cells: dict[str, Cells] = {name: (row.energy_j.copy(), row.flags.copy()) for name, row in rows.items()}
        self._held: dict[str, tuple[Span, ...]] = {name: row.held for name, row in rows.items()}
        self.findings: list[Finding] = []

    def neighbours(self) -> Neighbours:
        """Return what meters say of each other, as the cells are now."""
        return Neighbours(self._site, self.cells, self._period.count)

    def thaw(self) -> None:
        """Take the word of registers that stood still while others counted from them: bridged, or missing."""
        around = self.neighbours()
        found = []
        for name, (energy_j, flags) in self.cells.items():
            meter = self._site.meters[name]
            if meter.quantity != "energy" or not _stands_still(energy_j, flags):
                continue
            known = around.of(name)
            found += [(name, span, caught_up(energy_j, span, self._held[name], known))
                      for span in still_spans(energy_j, flags, known, JOULES_PER_UNIT[meter.unit])]
        for name, (first, last), over in found:
            energy_j, flags = self.cells[name]
            if over:
                flags[over[0]:over[1]] = BRIDGED
                self._held[name] = (*(held for held in self._held[name] if held[1] <= over[0] or held[0] >= over[1]),
                                    over)
            else:
                flags[first:last] = MISSING
            self._say(FindingKind.FROZEN, name, (first, last), N_("the register stood still for {count} intervals "
                      "while the meters around it counted; its reading is not used"))

    def shape(self) -> None:
        """Spread totals over holes like the meter above, where that one was measured."""
        for name, spans in self._held.items():
            above = meter_above(self._site, name) if spans else None
            for first, last in spans:
                energy_j, flags = self.cells[name]
                weights = np.zeros(last - first, dtype=np.int64)
                if above is not None and (self.cells[above][1][first:last] == MEASURED).all():
                    weights = self.cells[above][0][first:last]
                elif name in self._rows and (first, last) in self._rows[name].held:
                    continue  # already even in time, to the millisecond
                energy_j[first:last] = spread(int(energy_j[first:last].sum()), weights)
                flags[first:last] = np.maximum(flags[first:last], BRIDGED)

    def derive(self) -> None:
        """Fill missing cells from the meters around, of counted cells only.

        Never those of a facility meter, nor of a meter without any reading: that one was never wired.
        """
        around = self.neighbours()
        filled = {}
        for name, (_energy_j, flags) in self.cells.items():
            missing = flags == MISSING
            if missing.any() and not missing.all() and not is_incomer(self._site, self._site.meters[name]):
                known = around.of(name)
                filled[name] = (missing & known.known, known.energy_j)
        for name, (chosen, energy_j) in filled.items():
            self.cells[name][0][chosen] = energy_j[chosen]
            self.cells[name][1][chosen] = DERIVED
            self._say(FindingKind.DERIVED, name, chosen,
                      N_("{count} intervals without reading are derived from the meters around it"))

    def estimate(self) -> None:
        """Fill what is still missing by estimates; never a facility meter's."""
        for name, (energy_j, flags) in self.cells.items():
            meter = self._site.meters[name]
            missing = flags == MISSING
            if not missing.any() or is_incomer(self._site, meter):
                continue
            limit_w = nameplate_w(self._site, meter.at, rating_w(self._site, meter))
            last_week, by_nameplate = estimate(energy_j, flags, limit_w)
            self._say(FindingKind.ESTIMATED, name, missing & (flags != MISSING),
                      N_("{count} intervals without reading are estimated: {last_week} like the week before, "
                         "{by_nameplate} at full nameplate power"), last_week=last_week, by_nameplate=by_nameplate)

    def _say(self, kind: FindingKind, name: str, cells: Span | Flags | np.ndarray, what: str, **figures: int) -> None:
        chosen = range(*cells) if isinstance(cells, tuple) else np.flatnonzero(cells).tolist()
        if not chosen:
            return
        self.findings.append(Finding(
            kind, name, what, count=len(chosen), first=self._period.start_of(chosen[0]),
            last=self._period.start_of(chosen[-1]) + timedelta(seconds=SETTLEMENT_S - 1),
            figures={"count": len(chosen), **figures}))


def _stands_still(energy_j: np.ndarray, flags: Flags) -> bool:
    return bool(((energy_j == 0) & (flags == MEASURED)).any())
