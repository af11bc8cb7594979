"""A close of a month: what it was made of, what came out, and the close before it. Names are hashes of content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from infra.inventory.errors import N_

SCHEMA = "estran.energy.close/1"
GENESIS = "0" * 64


class State(StrEnum):
    """Where a month stands. OPEN is never written: it is a month without a close."""

    OPEN = "open"
    PROVISIONAL = "provisional"
    CLOSED = "closed"
    RESTATED = "restated"

    @property
    def is_final(self) -> bool:
        """Return whether tenants were told these figures: from then on a change is a restatement."""
        return self in (State.CLOSED, State.RESTATED)

    @property
    def word(self) -> str:
        """Return the state as a word for people (a catalogue message)."""
        return _WORDS[self]


_WORDS = {State.OPEN: N_("open"), State.PROVISIONAL: N_("provisional"), State.CLOSED: N_("closed"),
          State.RESTATED: N_("restated")}


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Day(_Record):
    """A local day (YYYY-MM-DD): the parts that it was settled from, and the parts that it became, by kind."""

    day: str
    inputs: Mapping[str, str]
    settled: Mapping[str, str]


class Close(_Record):
    """One close. `parts` names tables of the whole month; `facts` are figures that no table holds."""

    schema_: str = SCHEMA
    site: str
    month: str
    sequence: int
    previous: str
    state: State
    reason: str
    method_version: str
    software: Mapping[str, str]
    policy: Mapping[str, Any]
    days: tuple[Day, ...]
    parts: Mapping[str, str]
    facts: Mapping[str, Any]

    def canonical(self) -> bytes:
        """Return the close as the bytes that are kept and hashed."""
        document = self.model_dump(mode="json")
        return (json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n").encode()

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the close."""
        return hashlib.sha256(self.canonical()).hexdigest()
