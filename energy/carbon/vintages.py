"""What was known when of the grid's factors: one file per import, never changed afterwards.

A row has the time it is valid for and, by its file, the time it became known. Files are named by that time and by the
hash of what was imported: importing the same again changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from energy.carbon.eco2mix import GridFactor, Nature
from energy.errors import DamagedError, EnergyError, StorageError
from energy.quality import Quality
from infra.inventory.errors import N_

SCHEMA = 1
_STAMP = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True)
class Vintage:
    """One import: when it became known, from which file, and its factors by start of quarter-hour [s since 1970]."""

    known_at: datetime
    source: str
    sha256: str
    factors: Mapping[int, GridFactor]


def keep(folder: Path, grid: str, vintage: Vintage) -> bool:
    """Write an import into the store; False when the very same content is already there.

    Raises EnergyError for a naive `known_at`, StorageError when the folder can't be written.
    """
    if vintage.known_at.tzinfo is None:
        raise EnergyError(N_("{moment} has no time zone"), moment=vintage.known_at.isoformat(),
                          remedy=N_("write it with its offset, for instance 2012-03-01T00:00:00+01:00"))
    place = store_of(folder, grid)
    if any(path.stem.endswith(f"-{vintage.sha256[:16]}") for path in place.glob("*.csv")):
        return False
    stamp = vintage.known_at.astimezone(UTC).strftime(_STAMP)
    try:
        place.mkdir(parents=True, exist_ok=True)
        _write_once(place / f"{stamp}-{vintage.sha256[:16]}.csv", _text(grid, vintage))
    except OSError as error:
        raise StorageError(N_("the store of factors can't be written: {reason}"), where=str(place),
                           reason=error.strerror or str(error),
                           remedy=N_("make room in the folder, or name another one")) from error
    return True


def known(folder: Path, grid: str, known_at: datetime | None = None,
          around: tuple[int, int] | None = None) -> dict[int, GridFactor]:
    """Return the best factor known of each quarter-hour: the most revised one, then the latest.

    With `known_at`, what became known after it does not exist; with `around` [s since 1970], files that hold nothing of
    that time are not read through. Raises DamagedError for a file that was changed by hand.
    """
    best: dict[int, GridFactor] = {}
    for vintage in vintages(folder, grid, around):
        if known_at is None or vintage.known_at <= known_at:
            best = revised(best, vintage.factors)
    return best


def revised(older: Mapping[int, GridFactor], newer: Mapping[int, GridFactor]) -> dict[int, GridFactor]:
    """Return both together; the newer stands where it is at least as far revised as the older."""
    return {**older, **{start: factor for start, factor in newer.items()
                        if start not in older or factor.nature >= older[start].nature}}


def vintages(folder: Path, grid: str, around: tuple[int, int] | None = None) -> Iterator[Vintage]:
    """Yield the imports of a grid in the order in which they became known, those alone that touch `around`."""
    for path in sorted(store_of(folder, grid).glob("*.csv")):
        vintage = _read(path, around)
        if vintage is not None:
            yield vintage


def store_of(folder: Path, grid: str) -> Path:
    """Return where the imports of a grid lie."""
    return folder / "eco2mix" / grid


def hash_of(content: bytes) -> str:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(content).hexdigest()


def _text(grid: str, vintage: Vintage) -> str:
    head = json.dumps({"schema": SCHEMA, "grid": grid, "known_at": vintage.known_at.astimezone(UTC).isoformat(),
                       "source": vintage.source, "sha256": vintage.sha256, "first": min(vintage.factors, default=0),
                       "last": max(vintage.factors, default=0)})
    rows = "".join(f"{start};{factor.gco2_per_kwh};{factor.quality};{int(factor.nature)}\n"
                   for start, factor in sorted(vintage.factors.items()))
    return f"{head}\n{rows}{_seal(head, rows)}\n"


def _seal(head: str, rows: str) -> str:
    """Return the hash of all that was written: of the head too, which says when it became known and what it covers."""
    return hash_of(f"{head}\n{rows}".encode())


def _write_once(path: Path, text: str) -> None:
    """Write a file whole or not at all: its name appears once its content is on the disk."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)


def _read(path: Path, around: tuple[int, int] | None) -> Vintage | None:
    try:
        head, _, rest = path.read_text("utf-8").partition("\n")
        rows, _, seal = rest.removesuffix("\n").rpartition("\n")
        rows = f"{rows}\n" if rows else ""
        if seal != _seal(head, rows):
            raise ValueError("head and rows are not those that were written")
        facts = json.loads(head)
        if around is not None and not (facts["first"] < around[1] and around[0] <= facts["last"]):
            return None
        factors = {int(start): GridFactor(int(figure), Quality(flag), Nature(int(nature)))
                   for start, figure, flag, nature in (row.split(";") for row in rows.splitlines())}
        return Vintage(datetime.fromisoformat(facts["known_at"]), facts["source"], facts["sha256"], factors)
    except (ValueError, KeyError, OSError) as error:
        raise DamagedError(N_("a file of the store of factors is not what was written: {reason}"), where=str(path),
                           reason=str(error), remedy=N_("take it from a backup, or remove it and import its source "
                                                        "again")) from error
