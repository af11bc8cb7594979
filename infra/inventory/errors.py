"""The one shape of every refusal: what is wrong, where, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


def N_(message: str) -> str:
    """Mark `message` for the catalogue without translating it here: only `ops_cli` knows the reader's language."""
    return message


@dataclass(frozen=True)
class Detail:
    """One finding among several: `where` is never translated, `what` is a catalogue message filled by `figures`."""

    where: str
    what: str
    figures: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.where}: {self.what.format(**self.figures)}"


class EstranError(Exception):
    """A refusal that a person can act on.

    `what` and `remedy` are catalogue messages (marked with `N_`) with `{name}` placeholders; `figures` fill them.
    `where` is a file, a key, a meter or an address, and is never translated.
    """

    def __init__(
        self, what: str, *, where: str = "", remedy: str = "", details: Sequence[Detail] = (), **figures: Any
    ) -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        self.details = tuple(details)
        self.figures = figures
        super().__init__(what.format(**figures))

    def __str__(self) -> str:
        parts = [self.where, self.what.format(**self.figures), self.remedy.format(**self.figures)]
        return "\n".join([": ".join(part for part in parts if part), *map(str, self.details)])


class InventoryError(EstranError):
    """The site file, or a fact read from it, can't be used."""
