"""Alerts: where readings stop, freeze or slip, and where the graph of feeds stops closing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from energy.graph.feeds import Feeds, feeds_of
from energy.monitoring.expressions import facility_meters, meter_at, power_w
from energy.monitoring.recording import FACILITY, IT
from energy.readings.names import METER_ENERGY
from energy.units import JOULES_PER_UNIT
from infra.inventory.site import Site

Alert = Mapping[str, object]

DRIFT_LIMIT = 0.05  # share of a parent's power over an hour: ten times what class 1 meters may disagree by
NAMEPLATE_LIMIT = 1.2
SLOW = "1h"


def alert_rules(site: Site) -> Iterator[Alert]:
    """Yield the alerts of the site."""
    for unit in sorted({meter.unit for meter in site.meters.values()}):
        yield from _readings(site, unit)
    yield from _facility(site)
    yield from _drifts(site, feeds_of(site))
    yield from _nameplates(site)


def _alert(name: str, expression: str, wait: str, severity: str, summary: str, place: str = "") -> Alert:
    labels = {"severity": severity, **({"place": place} if place else {})}
    return {"alert": name, "expr": expression, "for": wait, "labels": labels, "annotations": {"summary": summary}}


def _readings(site: Site, unit: str) -> Iterator[Alert]:
    series = f'{METER_ENERGY[unit]}{{site="{site.id}"}}'
    expected = sum(meter.unit == unit for meter in site.meters.values())
    yield _alert("EstranMeterSilent", f"group by (site, meter) (last_over_time({series}[1d])) unless on (site, meter) "
                 f"group by (site, meter) (last_over_time({series}[10m]))", "5m", "warning",
                 "meter {{ $labels.meter }} of {{ $labels.site }} has not been read for ten minutes")
    yield _alert("EstranMetersMissing", f"(count(group by (meter) (last_over_time({series}[1h]))) or vector(0)) < "
                 f"{expected}", "15m", "warning",
                 f"{{{{ $value }}}} of {expected} meters of {site.id} in {unit} are read: the month will not close")
    yield _alert("EstranCounterReset", f"resets({series}[1h]) > 0", "0m", "info",
                 "the register of {{ $labels.meter }} fell: replaced, or started anew")


def _facility(site: Site) -> Iterator[Alert]:
    meters = [name for name in facility_meters(site) if site.meters[name].at in site.power.incomers]
    yield _alert("EstranFacilityMeterFrozen", f"{power_w(site, meters, '30m')} == 0", "0m", "critical",
                 f"the facility meter of {site.id} has stood still for half an hour")
    yield _alert("EstranPueBelowOne", f'{FACILITY}{{site="{site.id}"}} < on (site) group_right () '
                 f'{IT}{{site="{site.id}"}}', "15m", "critical",
                 "the IT meters of category {{ $labels.category }} count more than the facility meter of "
                 "{{ $labels.site }}")


def _drifts(site: Site, feeds: Feeds) -> Iterator[Alert]:
    """Yield an alert per place whose output and all of whose children bear meters: do they agree?"""
    for place, branches in feeds.branches.items():
        above = meter_at(site, place, "out")
        below = [meter_at(site, branch.child, "in") or (
            meter_at(site, branch.child) if branch.child in site.power.outlets else None) for branch in branches]
        single = all(branch.parts == 1 for branch in branches)
        if above is None or not branches or not single or None in below:
            continue
        given, taken = (power_w(site, [name for name in names if name], SLOW) for names in ([above], below))
        yield _alert("EstranClosureDrift", f"abs(({given}) - ({taken})) / ({given}) > {DRIFT_LIMIT}", "15m", "warning",
                     f"what {place} gives and what its children take differ by {{{{ $value | humanizePercentage }}}}",
                     place)


def _nameplates(site: Site) -> Iterator[Alert]:
    """Yield an alert per place with a rating: more than it can carry is a unit slip or a fault."""
    for name, meter in site.meters.items():
        rating_w = getattr(site.power.elements().get(meter.at), "rating_w", 0)
        if rating_w and meter.at not in site.power.outlets:
            limit_w = NAMEPLATE_LIMIT * rating_w
            series = f'{METER_ENERGY[meter.unit]}{{site="{site.id}",meter="{name}"}}'
            yield _alert("EstranNameplateExceeded",
                         f"rate({series}[15m]) * {JOULES_PER_UNIT[meter.unit]} > {limit_w:g}", "0m", "warning",
                         f"meter {name} counts more than the {rating_w:g} W that {meter.at} is rated for",
                         f"{meter.at}/{meter.side}")
