"""The flag that travels with a number to the tenant's page."""

from __future__ import annotations

from enum import StrEnum

from infra.inventory.errors import N_


class Quality(StrEnum):
    """How a number came to be, from the surest to the least sure."""

    MEASURED = "measured"
    BRIDGED = "bridged"
    DERIVED = "derived"
    ALLOCATED = "allocated"
    ESTIMATED = "estimated"
    DECLARED = "declared"

    @property
    def word(self) -> str:
        """Return the flag as a word for people (a catalogue message)."""
        return WORDS[self]

    @property
    def meaning(self) -> str:
        """Return the sentence that explains the flag (a catalogue message)."""
        return MEANINGS[self]


WORDS = {
    Quality.MEASURED: N_("measured"),
    Quality.BRIDGED: N_("bridged"),
    Quality.DERIVED: N_("derived"),
    Quality.ALLOCATED: N_("allocated"),
    Quality.ESTIMATED: N_("estimated"),
    Quality.DECLARED: N_("declared"),
}

MEANINGS = {
    Quality.MEASURED: N_("the difference of two readings of a meter"),
    Quality.BRIDGED: N_("measured over a counter reset or a held value: the total is known, its shape in time is not"),
    Quality.DERIVED: N_("computed from measured figures only"),
    Quality.ALLOCATED: N_("a share of a measured figure, by a written rule"),
    Quality.ESTIMATED: N_("filled in from neighbouring values, within a stated limit"),
    Quality.DECLARED: N_("taken from the site file, not measured"),
}
