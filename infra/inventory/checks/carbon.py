"""Carbon facts: every id exists, no certificate serves twice, no instrument gives more than it has."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise

from infra.inventory.checks.problem import Problem
from infra.inventory.site import Site
from infra.inventory.yaml_source import KeyPath


def problems(site: Site) -> Iterator[Problem]:
    """Yield unknown ids, certificates and litres that count twice, instruments given away beyond their volume."""
    carbon = site.carbon
    for name, instrument in carbon.instruments.items():
        yield from _unknown(("carbon", "instruments", name, "tenants"), instrument.tenants, site.tenants, "tenants")
        given = sum(instrument.tenants.values())
        if given > instrument.volume_kwh:
            yield Problem(("carbon", "instruments", name, "tenants"), "over_allocated",
                          {"tenants": ", ".join(instrument.tenants), "given": given, "volume": instrument.volume_kwh})
    yield from _used_twice(site)
    for name, asset in carbon.assets.items():
        at = ("carbon", "assets", name)
        yield from _unknown((*at, "node"), [asset.node] if asset.node else [], site.nodes, "nodes")
        yield from _unknown((*at, "zone"), [asset.zone] if asset.zone else [], site.cooling.zones, "zones")
    places = {*site.cooling.zones, *site.cooling.equipment(), *site.enclosures.tanks}
    for name, refill in carbon.refills.items():
        yield from _unknown(("carbon", "refills", name, "at"), [refill.at], places, "places")
    for name, burned in carbon.fuel_uses.items():
        yield from _unknown(("carbon", "fuel_uses", name, "genset"), [burned.genset], site.power.gensets, "gensets")
    yield from _burned_twice(site)


def _burned_twice(site: Site) -> Iterator[Problem]:
    """Yield litres of one genset whose days overlap: the same fuel would count twice."""
    uses = sorted((used.genset, used.since, used.until, name) for name, used in site.carbon.fuel_uses.items())
    for (genset, _since, until, other), (next_genset, since, _until, name) in pairwise(uses):
        if genset == next_genset and since < until:
            yield Problem(("carbon", "fuel_uses", name, "since"), "fuel_twice",
                          {"genset": genset, "other": other, "until": until})


def _used_twice(site: Site) -> Iterator[Problem]:
    """Yield certificates that stand in two places; sorted ranges of one prefix overlap only with their neighbour."""
    ranges = sorted((prefix, first, last, name) for name, instrument in site.carbon.instruments.items()
                    for prefix, first, last in instrument.certificate_ranges())
    reached: dict[str, tuple[int, str]] = {}
    for prefix, first, last, name in ranges:
        known_last, other = reached.get(prefix, (-1, ""))
        if first <= known_last:
            yield Problem(("carbon", "instruments", name, "certificates"), "certificate_twice",
                          {"value": f"{prefix}{first}", "other": other})
        if last > known_last:
            reached[prefix] = (last, name)


def _unknown(at: KeyPath, values: Collection[str], known: Collection[str], kind: str) -> Iterator[Problem]:
    for value in values:
        if value not in known:
            yield Problem(at, "unknown_reference",
                          {"value": value, "kind": kind, "known": ", ".join(sorted(known)[:12]) or "-"})
