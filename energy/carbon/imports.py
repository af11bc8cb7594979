"""`estran energy factors`: RTE's daily files and ODRÉ's exports into the store, and what a revision changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from energy.carbon.eco2mix import GridFactor, Nature, day_of, read_day
from energy.carbon.factors import factors_for
from energy.carbon.odre import is_export, read_export
from energy.carbon.vintages import Vintage, hash_of, keep, known
from energy.errors import MissingDataError
from energy.interval import Period
from energy.units import Joules
from infra.inventory.errors import N_

PARIS = ZoneInfo("Europe/Paris")  # the clocks of RTE's daily files


@dataclass(frozen=True)
class ImportSummary:
    """What an import brought: files new and already there, quarter-hours by nature, what it revised, first and last."""

    files: int
    already: int
    quarters: Mapping[str, int]
    revised: int
    duplicates: int
    blanks: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True)
class Restatement:
    """What a revision changed over a period: how many intervals, by how much at most, and the means [gCO2/kWh]."""

    intervals: int
    largest_gco2_per_kwh: int
    mean_before: float
    mean_after: float
    delta_gco2_per_kwh: Joules


def import_eco2mix(path: Path, folder: Path, known_at: datetime | None = None, grid: str = "FR") -> ImportSummary:
    """Import one file, or every `.csv` of a folder, as known at `known_at` (now, when not said).

    Nothing is kept when one of the files is refused. Raises MissingDataError (file and row), and as `keep`.
    """
    moment = datetime.now(UTC) if known_at is None else known_at
    paths = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    read = [_read(each, moment) for each in paths]
    if not read:
        raise MissingDataError(N_("no file ends in .csv here"), where=str(path),
                               remedy=N_("name a file of RTE or ODRÉ, or the folder that holds them"))
    before = known(folder, grid)
    kept = [vintage for vintage, _duplicates, _blanks in read if keep(folder, grid, vintage)]
    factors = {start: factor for vintage in kept for start, factor in vintage.factors.items()}
    starts = sorted(factors)
    return ImportSummary(
        files=len(kept), already=len(read) - len(kept),
        quarters={nature.name.lower(): count for nature in Nature
                  if (count := sum(factor.nature is nature for factor in factors.values()))},
        revised=sum(start in before and before[start].gco2_per_kwh != factor.gco2_per_kwh
                    and factor.nature >= before[start].nature for start, factor in factors.items()),
        duplicates=sum(duplicates for _vintage, duplicates, _blanks in read),
        blanks=sum(blanks for _vintage, _duplicates, blanks in read),
        first=datetime.fromtimestamp(starts[0], UTC) if starts else None,
        last=datetime.fromtimestamp(starts[-1], UTC) if starts else None)


def restated(period: Period, grid: str, folder: Path, earlier: datetime, later: datetime | None = None) -> Restatement:
    """Return what became known between two times of the factors of a period. Raises as `factors_for` does."""
    old = factors_for(period, grid, store=folder, known_at=earlier).gco2_per_kwh
    new = factors_for(period, grid, store=folder, known_at=later).gco2_per_kwh
    delta = new - old
    return Restatement(int(np.count_nonzero(delta)), int(np.abs(delta).max()), float(old.mean()), float(new.mean()),
                       delta)


def _read(path: Path, known_at: datetime) -> tuple[Vintage, int, int]:
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise MissingDataError(N_("the file can't be read: {reason}"), where=str(path), reason=str(error),
                               remedy=N_("take the file that RTE or ODRÉ published, unchanged")) from error
    duplicates = blanks = 0
    factors: Mapping[int, GridFactor]
    day = day_of(text)
    if is_export(text):
        export = read_export(text, str(path))
        factors, duplicates, blanks = export.factors, export.duplicates, export.blanks
    elif day is not None:
        factors = read_day(text, day, PARIS, str(path))
    else:
        raise MissingDataError(N_("this is neither a daily file of RTE nor an export of ODRÉ"), where=str(path),
                               remedy=N_("take the file that RTE or ODRÉ published, unchanged"))
    return Vintage(known_at, path.name, hash_of(content), factors), duplicates, blanks
