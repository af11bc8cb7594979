"""A month read from a source: meters first, since without them nothing closes."""

from __future__ import annotations

from collections.abc import Callable

from energy.closing.inputs import MonthInputs
from energy.interval import month_period
from energy.readings.allow import NOTHING, Allow
from energy.readings.meters import read_meters
from energy.readings.read_telemetry import read_telemetry
from energy.readings.source import Source
from energy.readings.use import read_use
from infra.inventory.errors import N_
from infra.inventory.site import Site

STEPS = 3
Progress = Callable[[int, str], None]


def unheard(_step: int, _doing: str) -> None:
    """Hear nothing of the progress."""


def read_month(source: Source, site: Site, month: str, allow: Allow = NOTHING,
               progress: Progress = unheard) -> MonthInputs:
    """Return all that a calendar month of the site's time zone is settled from.

    `progress` hears which of STEPS steps begins. Raises EnergyError (no month) and what the readers raise.
    """
    period = month_period(month, site.zone_info)
    progress(0, N_("reading the meters"))
    readings = read_meters(source, site, period, allow)
    progress(1, N_("reading the use of namespaces"))
    use = read_use(source, site, period, allow)
    progress(2, N_("reading boards, nodes and zones"))
    telemetry = read_telemetry(source, site, period, allow)
    return MonthInputs(month, readings, use, telemetry, source.where, tuple(sorted(allow.names)))
