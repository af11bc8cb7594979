"""Readings, use and settled energy as tables, and back. Rows in a fixed order: the same figures are the same bytes.

Every table but `lines` is of one day; `start_s` is the start of the interval [s since 1970], energies are whole joules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from energy.allocation.holders import Holder, Shares
from energy.interval import Period
from energy.readings.meters import MeterReadings
from energy.readings.use import NodeUse, Use

USE_KINDS = ("cpu_used_s", "gpu_used_s", "cpu_reserved", "gpu_reserved")
Row = npt.NDArray[np.generic]


def meters_table(readings: MeterReadings) -> pa.Table:
    """Return columns start_s, meter, energy_j, flag: meters by name, then intervals in order."""
    names = sorted(readings.energy_j)
    return pa.table({
        "start_s": _repeated(readings.period, len(names)), "meter": _names(names, readings.period.count),
        "energy_j": _stacked([readings.energy_j[name] for name in names], np.int64),
        "flag": _stacked([readings.flags_of(name) for name in names], np.uint8)})


def meters_from(table: pa.Table, period: Period) -> MeterReadings:
    """Return the readings that `meters_table` wrote; what was noticed is kept with the close."""
    names = _first_of_each(table["meter"], period.count)
    energies, flags = (_rows(table[column], period.count) for column in ("energy_j", "flag"))
    return MeterReadings(period, {name: row.astype(np.int64) for name, row in zip(names, energies, strict=True)},
                         {name: row.astype(np.uint8) for name, row in zip(names, flags, strict=True)})


def use_table(use: Use) -> pa.Table:
    """Return columns start_s, node, account, kind, amount: what accounts used [s] and reserved [cores, GPUs]."""
    keys = [(node, account, kind) for node, of_node in sorted(use.nodes.items()) for kind in USE_KINDS
            for account in sorted(getattr(of_node, kind))]
    count = use.period.count
    rows = [getattr(use.nodes[node], kind)[account] for node, account, kind in keys]
    return pa.table({
        "start_s": _repeated(use.period, len(keys)), "node": _names([key[0] for key in keys], count),
        "account": _names([key[1] for key in keys], count), "kind": _names([key[2] for key in keys], count),
        "amount": _stacked(rows, np.float64)})


def use_from(table: pa.Table, period: Period) -> Use:
    """Return the use that `use_table` wrote."""
    columns = [_first_of_each(table[name], period.count) for name in ("node", "account", "kind")]
    found: dict[str, dict[str, dict[str, npt.NDArray[np.float64]]]] = {}
    for node, account, kind, row in zip(*columns, _rows(table["amount"], period.count), strict=True):
        found.setdefault(node, {name: {} for name in USE_KINDS})[kind][account] = row.astype(np.float64)
    return Use(period, {node: NodeUse(**kinds) for node, kinds in found.items()})


def shares_table(period: Period, columns: Mapping[str, Shares]) -> pa.Table:
    """Return columns start_s, account, zone and one per name: holders in their order, then intervals."""
    holders = next(iter(columns.values())).holders
    return pa.table({
        "start_s": _repeated(period, len(holders)),
        "account": _names([holder.account for holder in holders], period.count),
        "zone": _names([holder.zone for holder in holders], period.count),
        **{name: _stacked(list(shares.energy_j), np.int64) for name, shares in columns.items()}})


def sums_table(columns: Mapping[str, Shares]) -> pa.Table:
    """Return columns account, zone and one per name: a row per holder, of shares that are one column of sums."""
    holders = next(iter(columns.values())).holders
    return pa.table({
        "account": pa.array([holder.account for holder in holders], pa.string()),
        "zone": pa.array([holder.zone for holder in holders], pa.string()),
        **{name: pa.array(shares.energy_j[:, 0], pa.int64()) for name, shares in columns.items()}})


def sums_from(table: pa.Table) -> dict[str, Shares]:
    """Return the columns that `sums_table` wrote."""
    holders = _holders(tuple(table["account"].to_pylist()), tuple(table["zone"].to_pylist()))
    return {name: Shares(holders, np.asarray(table[name].to_numpy(), dtype=np.int64).reshape(-1, 1))
            for name in table.column_names if name not in ("account", "zone")}


def shares_from(table: pa.Table, period: Period) -> dict[str, Shares]:
    """Return the columns that `shares_table` wrote."""
    holders = tuple(Holder(account, zone) for account, zone in zip(
        _first_of_each(table["account"], period.count), _first_of_each(table["zone"], period.count), strict=True))
    return {name: Shares(holders, _rows(table[name], period.count).astype(np.int64))
            for name in table.column_names if name not in ("start_s", "account", "zone")}


@lru_cache(maxsize=4)
def _holders(accounts: tuple[str, ...], zones: tuple[str, ...]) -> tuple[Holder, ...]:
    """Return the holders of two columns; months of a year mostly have the same, and are then quick to compare."""
    return tuple(Holder(*names) for names in zip(accounts, zones, strict=True))


def _repeated(period: Period, times: int) -> pa.Array:
    return pa.array(np.tile(period.starts_s, times), pa.int64())


def _names(names: Sequence[str], count: int) -> pa.Array:
    return pa.array(np.repeat(np.array(names, dtype=object), count), pa.string())


def _stacked(rows: Iterable[Row], kind: npt.DTypeLike) -> pa.Array:
    found = list(rows)
    return pa.array(np.concatenate(found).astype(kind) if found else np.zeros(0, dtype=kind))


def _first_of_each(column: pa.ChunkedArray, count: int) -> list[str]:
    firsts = pa.array(range(0, len(column), count), pa.int64())
    return [str(name) for name in column.combine_chunks().take(firsts).to_pylist()]


def _rows(column: pa.ChunkedArray, count: int) -> Row:
    return np.asarray(column.to_numpy()).reshape(-1, count)
