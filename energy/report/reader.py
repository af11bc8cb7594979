"""Who reads the page: a language, its messages and its way of writing numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

NARROW_SPACE = "\u202f"  # between thousands in French, never broken (ISO 80000-1 and the Imprimerie nationale)


def _as_is(message: str) -> str:
    return message


@dataclass(frozen=True)
class Reader:
    """`translate` is a catalogue's lookup; the room itself knows no language."""

    language: Literal["fr", "en"] = "en"
    translate: Callable[[str], str] = _as_is

    def number(self, value: float, decimals: int = 0) -> str:
        """Return a number as the reader writes it."""
        written = f"{value:,.{decimals}f}".replace("-", "\u2212")
        if self.language == "en":
            return written
        return written.replace(",", NARROW_SPACE).replace(".", ",")

    def percent(self, share: float, decimals: int = 1) -> str:
        """Return a share (0 to 1) in percent."""
        return self.number(100 * share, decimals) + ("\u202f%" if self.language == "fr" else "%")

    def day(self, moment: datetime) -> str:
        """Return a day in figures, as the reader writes it."""
        return f"{moment:%d/%m/%Y}" if self.language == "fr" else f"{moment:%Y-%m-%d}"

    def minute(self, moment: datetime) -> str:
        """Return a moment to the minute, with its offset."""
        return f"{self.day(moment)} {moment:%H:%M} (UTC{moment:%z})"
