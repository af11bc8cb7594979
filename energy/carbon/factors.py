"""The factor of each interval of a period, with the row that says where it comes from. No constant stands in code."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

import numpy as np

from energy.carbon.eco2mix import GridFactor, Nature, days_of, merged, read_day
from energy.carbon.vintages import known, revised, store_of
from energy.errors import EnergyError, MissingDataError
from energy.interval import SETTLEMENT_S, Period
from energy.quality import Quality
from energy.units import Joules
from infra.inventory.errors import N_

DATA_DIR = Path(__file__).parent / "data"
GAP_MAX = 8  # quarter-hours that a straight line may bridge: two hours


@dataclass(frozen=True)
class FactorRow:
    """A dated, sourced series of factors, valid for local days from `valid_from` to `valid_to` (excluded)."""

    id: str
    grid: str
    title: str
    publisher: str
    licence: str
    unit: str
    scope: str
    method: str
    valid_from: date
    valid_to: date
    timezone: str
    archive: str
    edition: str = ""
    verified: bool = True
    half_width: float = 0.0


@dataclass(frozen=True)
class FactorSeries:
    """Factors [gCO2/kWh] by interval of a period, their row, how many intervals bear each flag, and each nature."""

    row: FactorRow
    gco2_per_kwh: Joules
    counts: Mapping[Quality, int]
    natures: Mapping[str, int] = field(default_factory=dict)


def rows(folder: Path = DATA_DIR) -> list[FactorRow]:
    """Return the rows of the register of factors."""
    return [FactorRow(**{**row, "valid_from": date.fromisoformat(row["valid_from"]),
                         "valid_to": date.fromisoformat(row["valid_to"])})
            for row in json.loads((folder / "factors.json").read_text("utf-8"))]


def factors_for(period: Period, grid: str, folder: Path = DATA_DIR, *, store: Path | None = None,
                known_at: datetime | None = None) -> FactorSeries:
    """Return the operational factors of `grid` over `period`, from the series of `folder` and the imports of `store`.

    The most revised figure wins; with `known_at`, only what was known by then. Gaps of two hours at most are filled by
    the straight line between neighbours (flagged estimated). Raises MissingDataError naming the first interval without
    factor and their count, EnergyError for a naive `known_at`.
    """
    if known_at is not None and known_at.tzinfo is None:
        raise EnergyError(N_("{moment} has no time zone"), moment=known_at.isoformat(),
                          remedy=N_("write it with its offset, for instance 2012-03-01T00:00:00+01:00"))
    margin = timedelta(seconds=(GAP_MAX + 1) * SETTLEMENT_S)
    around = (int((period.start - margin).timestamp()), int((period.end + margin).timestamp()))
    imported = known(store, grid, known_at, around) if store else {}
    row = _row_for(period, grid, folder, bool(store and store_of(store, grid).is_dir()))
    starts = [int(start) for start in period.starts_s]
    factors = _filled(period, starts, revised(_shipped(row, starts, folder, known_at), imported), row)
    counts = {quality: sum(factor.quality is quality for factor in factors) for quality in Quality}
    natures = {nature.name.lower(): sum(factor.nature is nature for factor in factors) for nature in Nature}
    return FactorSeries(row, np.array([factor.gco2_per_kwh for factor in factors], dtype=np.int64),
                        {quality: count for quality, count in counts.items() if count},
                        {nature: count for nature, count in natures.items() if count})


def _shipped(row: FactorRow, starts: list[int], folder: Path, known_at: datetime | None) -> dict[int, GridFactor]:
    """Return what the row's archive holds around `starts`; it is known from the day after its last one."""
    zone = ZoneInfo(row.timezone)
    since = datetime.combine(row.valid_to, time(), zone).astimezone(UTC)
    if not row.archive or (known_at is not None and known_at < since):
        return {}
    days = days_of(starts[0] - GAP_MAX * SETTLEMENT_S, starts[-1] + (GAP_MAX + 1) * SETTLEMENT_S, zone)
    return merged([read_day(text, day, zone, name) for day, name, text in _files(folder / row.archive, days)])


def _row_for(period: Period, grid: str, folder: Path, imported: bool) -> FactorRow:
    usable = [row for row in rows(folder) if row.archive or imported]
    for row in usable:
        zone = ZoneInfo(row.timezone)
        first = period.start.astimezone(zone).date()
        last = (period.end - timedelta(seconds=1)).astimezone(zone).date()
        if row.grid == grid and row.valid_from <= first and last < row.valid_to:
            return row
    raise MissingDataError(
        N_("no carbon factor of grid {grid} covers {start} to {end}"), where=str(folder / "factors.json"), grid=grid,
        start=period.start.date().isoformat(), end=period.end.date().isoformat(),
        remedy=N_("add the series to the register of factors, or ask for a period of: {known}"),
        known=", ".join(f"{row.grid} {row.valid_from}..{row.valid_to}" for row in usable))


def _files(archive: Path, days: list[date]) -> list[tuple[date, str, str]]:
    texts = _texts(archive, archive.stat().st_mtime_ns)
    named = ((day, f"RTE_CO2mix_{day.isoformat()}.csv") for day in sorted(days))
    return [(day, f"{archive.name}!{name}", texts[name]) for day, name in named if name in texts]


@lru_cache(maxsize=2)
def _texts(archive: Path, _changed_ns: int) -> Mapping[str, str]:
    """Return the daily files of an archive by name: 3 MB a year, unpacked once however many periods are asked."""
    found: dict[str, str] = {}
    with tarfile.open(archive) as bundle:
        for member in bundle:
            content: IO[bytes] | None = bundle.extractfile(member) if member.name.endswith(".csv") else None
            if content is not None:
                found[Path(member.name).name] = content.read().decode("utf-8")
    return found


def _filled(period: Period, starts: list[int], known: Mapping[int, GridFactor], row: FactorRow) -> list[GridFactor]:
    factors = [known.get(start) or _between(start, known) for start in starts]
    missing = [index for index, factor in enumerate(factors) if factor is None]
    if missing:
        raise MissingDataError(
            N_("the carbon factor is missing for {count} of {total} intervals, the first from {first}"),
            where=f"{row.id} ({row.archive or 'imports'})", count=len(missing), total=len(starts),
            first=period.start_of(missing[0]).isoformat(),
            remedy=N_("complete the series; gaps over two hours are not filled"))
    return [factor for factor in factors if factor is not None]


def _between(start: int, known: Mapping[int, GridFactor]) -> GridFactor | None:
    """Return the factor on the straight line between the nearest known ones, when they are near enough."""
    before = next((n for n in range(1, GAP_MAX + 1) if start - n * SETTLEMENT_S in known), None)
    after = next((n for n in range(1, GAP_MAX + 1) if start + n * SETTLEMENT_S in known), None)
    if before is None or after is None or before + after > GAP_MAX + 1:
        return None
    low = known[start - before * SETTLEMENT_S].gco2_per_kwh
    high = known[start + after * SETTLEMENT_S].gco2_per_kwh
    nature = min(known[start - before * SETTLEMENT_S].nature, known[start + after * SETTLEMENT_S].nature)
    return GridFactor(round((low * after + high * before) / (before + after)), Quality.ESTIMATED, nature)
