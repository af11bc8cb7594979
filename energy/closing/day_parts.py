"""A day's parts in the ledger: written once, then known by their names alone."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from energy.allocation.holders import Holder, Shares
from energy.allocation.result import Component
from energy.closing.kept_day import Beside, KeptDay, Spread
from energy.closing.settled_day import DayInputs
from energy.graph.feeds import Feeds
from energy.interval import Period
from energy.ledger.closure_table import closure_from, closure_table
from energy.ledger.manifest import Day
from energy.ledger.parts import Parts
from energy.ledger.tables import meters_from, meters_table, shares_from, shares_table, use_from, use_table
from energy.ledger.telemetry_table import telemetry_from, telemetry_table
from energy.quality import Quality

METERS, USE, TELEMETRY = "meters", "use", "telemetry"
SHARES, CLOSURE, BESIDE, SPREAD = "shares", "closure", "beside", "spread"
_UNSEEN, _ZONE, _MACHINE = "unseen", "zone", "machine"


def put_inputs(parts: Parts, inputs: DayInputs) -> dict[str, str]:
    """Keep what a day is settled from; return the names of its parts by kind."""
    return {METERS: parts.put(meters_table(inputs.readings)), USE: parts.put(use_table(inputs.use)),
            TELEMETRY: parts.put(telemetry_table(inputs.telemetry))}


def put_settled(parts: Parts, day: KeptDay) -> dict[str, str]:
    """Keep what a day became; return the names of its parts by kind."""
    return {name: parts.put(table) for name, table in settled_tables(day).items()}


def settled_tables(day: KeptDay) -> dict[str, pa.Table]:
    """Return what a day became as tables, by kind."""
    columns = {f"{component}_j": day.shares[component] for component in Component}
    beside = {"fans_j": day.beside.fans, "reserved_mw": day.beside.reserved_mw}
    tenants = tuple(Holder(tenant, "") for tenant in day.spread.tenants)
    spread = {name: Shares(tenants, getattr(day.spread, name)) for name in ("free_j", "platform_j", "residual_j")}
    return {SHARES: shares_table(day.period, {**columns, **beside}), CLOSURE: closure_table(day.closure),
            BESIDE: beside_table(day.beside), SPREAD: shares_table(day.period, spread)}


def inputs_of(parts: Parts, day: Day, period: Period) -> DayInputs:
    """Return what a kept day was settled from. Raises DamagedError."""
    names = day.inputs
    return DayInputs(day.day, meters_from(parts.get(names[METERS]), period), use_from(parts.get(names[USE]), period),
                     telemetry_from(parts.get(names[TELEMETRY]), period))


def day_of(parts: Parts, day: Day, period: Period, feeds: Feeds) -> KeptDay:
    """Return a kept day. Raises DamagedError, ConservationError."""
    names = day.settled
    columns = shares_from(parts.get(names[SHARES]), period)
    spread = shares_from(parts.get(names[SPREAD]), period)
    holders = next(iter(spread.values())).holders
    return KeptDay(
        day.day, period, {component: columns[f"{component}_j"] for component in Component},
        closure_from(parts.get(names[CLOSURE]), feeds, period),
        beside_from(parts.get(names[BESIDE]), columns["fans_j"], columns["reserved_mw"]),
        Spread(tuple(holder.account for holder in holders),
               *(spread[name].energy_j for name in ("free_j", "platform_j", "residual_j"))))


def beside_table(beside: Beside) -> pa.Table:
    """Return the sums that go beside the lines: columns kind, place, energy_j, quality."""
    rows = [(_UNSEEN, "", beside.unseen_j, "")]
    rows += [(_ZONE, zone, energy_j, "") for zone, energy_j in sorted(beside.cooling_by_zone_j.items())]
    rows += [(_MACHINE, name, 0, str(quality)) for name, quality in sorted(beside.cooling_quality.items())]
    kinds, places, energies_j, qualities = zip(*rows, strict=True)
    return pa.table({"kind": pa.array(kinds, pa.string()), "place": pa.array(places, pa.string()),
                     "energy_j": pa.array(energies_j, pa.int64()), "quality": pa.array(qualities, pa.string())})


def beside_from(table: pa.Table, fans: Shares, reserved_mw: Shares) -> Beside:
    """Return what `beside_table` wrote, with the shares that are kept among the lines."""
    rows = table.to_pylist()
    return Beside(fans, reserved_mw, int(np.sum([row["energy_j"] for row in rows if row["kind"] == _UNSEEN])),
                  {row["place"]: row["energy_j"] for row in rows if row["kind"] == _ZONE},
                  {row["place"]: Quality(row["quality"]) for row in rows if row["kind"] == _MACHINE})
