"""A day's telemetry and a month's baselines as tables, and back: they are inputs of a close like the meters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from energy.allocation.baseline import Baseline, Baselines
from energy.interval import Period
from energy.quality import Quality
from energy.readings.gpu import Board, Claim
from energy.readings.telemetry import Telemetry

Key = tuple[str, str, str, str]
Amounts = npt.NDArray[np.float64]
BOARD, PARTS, ACTIVE, CPU, FAN, HEAT = "board_j", "claim_parts", "claim_active_s", "cpu_core_s", "fan_j", "zone_heat_j"
_KEYS = ("kind", "place", "board", "account")


def telemetry_table(telemetry: Telemetry) -> pa.Table:
    """Return columns start_s, kind, place (node or zone), board, account, amount [J, s or parts by kind]."""
    rows = sorted(_rows_of(telemetry), key=lambda row: row[0])
    count = telemetry.period.count
    columns = {name: pa.array(np.repeat(np.array([key[place] for key, _amounts in rows], dtype=object), count),
                              pa.string()) for place, name in enumerate(_KEYS)}
    amounts = [np.asarray(values, dtype=np.float64) for _key, values in rows]
    return pa.table({"start_s": pa.array(np.tile(telemetry.period.starts_s, len(rows)), pa.int64()), **columns,
                     "amount": pa.array(np.concatenate(amounts) if amounts else np.zeros(0))})


def telemetry_from(table: pa.Table, period: Period) -> Telemetry:
    """Return the telemetry that `telemetry_table` wrote; what was noticed is kept with the close."""
    rows = _read(table, period.count)
    found = Telemetry(period, {}, {}, {}, {})
    boards: dict[tuple[str, str], Board] = {}
    for (_kind, node, index, _account), amounts in rows.get(BOARD, {}).items():
        boards[node, index] = Board(np.rint(amounts).astype(np.int64), _claims(rows, node, index))
    nodes = sorted({node for node, _index in boards})
    return Telemetry(
        period, {node: {index: board for (owner, index), board in boards.items() if owner == node} for node in nodes},
        {key[1]: amounts for key, amounts in rows.get(CPU, {}).items()},
        {key[1]: np.rint(amounts).astype(np.int64) for key, amounts in rows.get(FAN, {}).items()},
        {key[1]: np.rint(amounts).astype(np.int64) for key, amounts in rows.get(HEAT, {}).items()}, found.findings)


def baselines_table(baselines: Baselines) -> pa.Table:
    """Return a row per node: its powers [W], how they came to be, and how good the fit is."""
    names = sorted(baselines)
    chosen = [baselines[name] for name in names]
    return pa.table({
        "node": pa.array(names, pa.string()),
        **{column: pa.array([getattr(one, column) for one in chosen], pa.float64())
           for column in ("idle_w", "core_w", "gpu_w", "r2", "idle_u_w")},
        "intervals": pa.array([one.intervals for one in chosen], pa.int64()),
        "quality": pa.array([str(one.quality) for one in chosen], pa.string())})


def baselines_from(table: pa.Table) -> dict[str, Baseline]:
    """Return the baselines that `baselines_table` wrote, but for the words on why a fit was refused."""
    return {row.pop("node"): Baseline(**{**row, "quality": Quality(row["quality"])}) for row in table.to_pylist()}


def _rows_of(telemetry: Telemetry) -> Iterator[tuple[Key, Amounts]]:
    for node, boards in telemetry.boards.items():
        for index, board in boards.items():
            yield (BOARD, node, index, ""), board.energy_j.astype(np.float64)
            for account, claim in board.claims.items():
                yield (PARTS, node, index, account), claim.parts
                yield (ACTIVE, node, index, account), claim.active_s
    for kind, rows in ((CPU, telemetry.cpu_core_s), (FAN, telemetry.fan_j), (HEAT, telemetry.zone_heat_j)):
        for place, amounts in rows.items():
            yield (kind, place, "", ""), np.asarray(amounts, dtype=np.float64)


def _read(table: pa.Table, count: int) -> dict[str, dict[Key, Amounts]]:
    firsts = pa.array(range(0, len(table), count), pa.int64())
    keys = zip(*(table[name].combine_chunks().take(firsts).to_pylist() for name in _KEYS), strict=True)
    found: dict[str, dict[Key, Amounts]] = {}
    for key, amounts in zip(keys, np.asarray(table["amount"].to_numpy()).reshape(-1, count), strict=True):
        found.setdefault(key[0], {})[key] = amounts
    return found


def _claims(rows: dict[str, dict[Key, Amounts]], node: str, index: str) -> dict[str, Claim]:
    active = rows.get(ACTIVE, {})
    return {key[3]: Claim(parts, active[ACTIVE, node, index, key[3]]) for key, parts in rows.get(PARTS, {}).items()
            if key[1:3] == (node, index)}
