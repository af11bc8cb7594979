"""One export file, read batch by batch: rows with good times and numbers, or the row and column that are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from energy.errors import MissingDataError
from energy.readings.names import METER_ENERGY
from energy.readings.source import Times, Values
from infra.inventory.errors import N_

METERS = ("time", "meter", "value", "unit")
USE = ("time", "node", "namespace", "tenant", "metric", "value")
FIRST_MS = 631_152_000_000  # 1990: nothing here is older
BATCH = 1 << 20  # bytes of CSV at once


@dataclass(frozen=True)
class Rows:
    """Samples of one series, in the order of the file."""

    metric: str
    labels: Mapping[str, str]
    times_ms: Times
    values: Values


def rows_of(path: Path, span_ms: tuple[int, int]) -> Iterator[Rows]:
    """Yield the samples of a file by series and batch: those of the span, and those whose time can't be.

    Raises MissingDataError naming file, row and column.
    """
    row = 2  # of the first value: the header is row 1
    for batch in _batches(path):
        table = METERS if "meter" in batch.schema.names else USE
        for column in table:
            if column not in batch.schema.names:
                raise _refusal(N_("the column '{column}' is not there"), path, column=column, needed=", ".join(table),
                               remedy=N_("a table of meters has {needed}, first line of the file"))
        times_ms, values = _times(batch, path, row), _numbers(batch, path, row)
        keys = [_texts(batch, name) for name in table if name not in ("time", "value")]
        yield from _by_series(table, keys, np.flatnonzero(asked_for(times_ms, span_ms)), times_ms, values, (path, row))
        row += batch.num_rows


def asked_for(times_ms: Times, span_ms: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Return which moments lie in a span, both ends included, or can't be: before 1990, in the future."""
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    within = (times_ms >= span_ms[0]) & (times_ms <= span_ms[1])
    return np.asarray(within | (times_ms < FIRST_MS) | (times_ms > now_ms), dtype=np.bool_)


def _batches(path: Path) -> Iterator[Any]:
    try:
        if path.suffix == ".parquet":
            yield from pa.parquet.ParquetFile(path).iter_batches()
            return
        with path.open("rb") as file:
            names = file.readline().decode("utf-8-sig").strip().split(",")
        texts = pa.csv.ConvertOptions(column_types=dict.fromkeys((name.strip('" ') for name in names), pa.string()))
        yield from pa.csv.open_csv(path, read_options=pa.csv.ReadOptions(block_size=BATCH), convert_options=texts)
    except (pa.ArrowInvalid, OSError, UnicodeDecodeError) as fault:
        raise _refusal(N_("the export can't be read: {reason}"), path, reason=str(fault).splitlines()[0],
                       remedy=N_("export it again, as CSV with commas and a header, or as Parquet")) from fault


def _times(batch: Any, path: Path, row: int) -> Times:
    column = batch.column("time")
    if pa.types.is_timestamp(column.type) and column.type.tz is None:
        raise _refusal(N_("the column 'time' has no time zone"), path, remedy=N_("write times with their offset, for "
                       "instance 2012-03-01T00:00:00+01:00"))
    cast = _cast(column, pa.timestamp("ms", tz="UTC"))
    if cast is None:
        at = _first_bad(column, pa.timestamp("ms", tz="UTC"))
        raise _bad(path, row + at, "time", column[at], N_("write times with their offset, for instance "
                                                          "2012-03-01T00:00:00+01:00"))
    return np.asarray(cast.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _numbers(batch: Any, path: Path, row: int) -> Values:
    column = batch.column("value")
    cast = _cast(column, pa.float64())
    if cast is None:
        at = _first_bad(column, pa.float64())
        raise _bad(path, row + at, "value", column[at], N_("write a number with a decimal point and without its unit"))
    return np.asarray(cast.to_numpy(zero_copy_only=False), dtype=np.float64)


def _cast(column: Any, kind: Any) -> Any:
    try:
        cast = pc.cast(column, kind)
    except pa.ArrowInvalid:
        return None
    return None if cast.null_count else cast


def _first_bad(column: Any, kind: Any) -> int:
    low, high = 0, len(column)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _cast(column.slice(low, middle - low), kind) is None else (middle, high)
    return low


def _texts(batch: Any, name: str) -> Any:
    return pc.fill_null(batch.column(name).cast(pa.string()), "")


def _by_series(table: tuple[str, ...], keys: list[Any], wanted: Times, times_ms: Times, values: Values,
               at: tuple[Path, int]) -> Iterator[Rows]:
    names = [name for name in table if name not in ("time", "value")]
    joined = pc.binary_join_element_wise(*keys, "\x1f").take(pa.array(wanted)).dictionary_encode()
    codes = np.asarray(joined.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(joined.dictionary)), side="right")
    for code, text in enumerate(joined.dictionary.to_pylist()):
        chosen = wanted[order[ends[code - 1] if code else 0:ends[code]]]
        labels = dict(zip(names, text.split("\x1f"), strict=True))
        if table is METERS:
            unit = labels.pop("unit")
            if unit not in METER_ENERGY:
                raise _bad(at[0], at[1] + int(chosen[0]), "unit", unit,
                           N_("a register counts Wh, kWh or J; a power (W, kW) is none: export the energy register"))
            yield Rows(METER_ENERGY[unit], labels, times_ms[chosen], values[chosen])
        else:
            yield Rows(labels.pop("metric"), labels, times_ms[chosen], values[chosen])


def _bad(path: Path, row: int, column: str, value: object, remedy: str) -> MissingDataError:
    return MissingDataError(N_("row {row}, column '{column}': '{value}' can't be read"), where=str(path), row=row,
                            column=column, value=value, remedy=remedy)


def _refusal(what: str, path: Path, **more: Any) -> MissingDataError:
    return MissingDataError(what, where=str(path), **more)
