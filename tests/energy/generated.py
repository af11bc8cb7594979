"""Sites, readings and uses made at random: feeds of several levels, zones of every kind, shared plant, GPUs, rules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
from hypothesis import strategies as st

from energy.interval import Period
from energy.readings.meters import MeterReadings
from energy.readings.use import NodeUse, Use
from infra.inventory.site import Site

INTERVALS = 3
PERIOD = Period(datetime(2012, 3, 5, tzinfo=UTC), datetime(2012, 3, 5, 0, 45, tzinfo=UTC))
KINDS = ("air", "immersion", "direct-liquid")
RULES = ("proportional", "capacity", "shapley")
_shares = st.floats(0, 0.2)


@st.composite
def sites(draw: st.DrawFn, rules: tuple[str, ...] = RULES, feeds: int = 2, metered_ups: bool = True) -> Site:
    """A site of one to three zones, one or two feeds, one to four nodes, one to four tenants."""
    zones = {f"z{number}": {"kind": kind, "setpoint_c": 25} for number, kind in
             enumerate(draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=3)))}
    names = sorted(zones)
    tenants = [f"t{number}" for number in range(draw(st.integers(1, 4)))]
    count = draw(st.integers(1, 4))
    letters = "ab"[:draw(st.integers(1, feeds))]
    machines = {f"m{number}": draw(machine(names)) for number in range(draw(st.integers(0, 3)))}
    metered = draw(st.booleans()) if metered_ups else False
    return Site.model_validate({
        "identity": {"id": "made", "name": "Made", "operator": "Tests", "it_capacity_w": 1e5, "base_load_w": 40,
                     "base_load_fed_by": draw(st.sampled_from([None, "panel"]))},
        "power": power(draw, letters, count), "nodes": {f"n{number}": draw(node(number, letters, names))
                                                        for number in range(count)},
        "cooling": {"zones": zones, "crahs": machines},
        "enclosures": {"racks": {f"r-{zone}": {"zone": zone} for zone in names}},
        "cluster": {"name": "made", "kubernetes_version": "1.35.4", "registries": ["r.internal"]},
        "tenants": {tenant: tenancy(tenant) for tenant in tenants},
        "meters": meters(letters, count, machines, metered, draw(st.booleans())),
        "energy": {"split_rule": draw(st.sampled_from(rules))},
    })


def power(draw: st.DrawFn, letters: str, count: int) -> dict[str, Any]:
    loss = {"fixed_w": draw(st.floats(1, 50)), "linear": draw(_shares), "quadratic_per_w": draw(st.floats(0, 1e-5))}
    ups = {f"ups-{letter}": {"feed": letter.upper(), "fed_by": ["tr"], "rating_w": 1e5, "loss": loss} for letter in
           letters}
    pdus = {f"pdu-{letter}": {"fed_by": [f"ups-{letter}"], "rating_w": 1e5, "loss": {"linear": draw(_shares)}}
            for letter in letters}
    outlets = {f"{letter}-n{number}": {"fed_by": [f"pdu-{letter}"], "rating_w": 9e3} for letter in letters
               for number in range(count)}
    # a PDU that loses nothing has no curve for Shapley's rule, and needs none: nothing is lost in it
    return {"incomers": {"grid": {"rating_w": 1e6}}, "ups": ups, "pdus": pdus, "outlets": outlets,
            "transformers": {"tr": {"fed_by": ["grid"], "rating_w": 1e6, "loss": {"fixed_w": 9, "linear": 0.01}}},
            "panels": {"panel": {"fed_by": [draw(st.sampled_from(["tr", "ups-a"]))], "rating_w": 1e5}}}


@st.composite
def machine(draw: st.DrawFn, zones: list[str]) -> dict[str, Any]:
    served = draw(st.lists(st.sampled_from(zones), min_size=1, unique=True))
    return {"zones": served, "fed_by": ["panel"], "rated_w": 900, "cooling_capacity_w": 9000}


@st.composite
def node(draw: st.DrawFn, number: int, letters: str, zones: list[str]) -> dict[str, Any]:
    gpus = [{"model": "g", "count": 2, "memory": "16Gi", "nameplate_w": 60, "idle_w": 10}]
    return {"role": draw(st.sampled_from(["worker", "worker", "control-plane"])), "slot": 1, "serial": f"S{number}",
            "sku": "s", "enclosure": f"r-{draw(st.sampled_from(zones))}", "cpu_cores": 10, "memory": "64Gi",
            "storage": "1Ti", "outlets": [f"{letter}-n{number}" for letter in letters],
            "gpus": draw(st.sampled_from([[], gpus])), "bmc": {"address": "https://b", "mac": "02:00:00:00:00:01"},
            "power": {"idle_w": 100, "nameplate_w": 500, "fan_share": draw(st.sampled_from([0, 0.12]))}}


def tenancy(tenant: str) -> dict[str, Any]:
    return {"name": f"Tenant {tenant}", "kind": "commune", "siret": "90000000300013", "group": "a-group",
            "contact": "a@b.example", "convention": {"number": "C", "starts": "2012-01-01", "ends": "2030-01-01",
                                                     "quota": {"cpu": 1, "memory": "1Gi", "storage": "1Gi"}}}


def meters(letters: str, count: int, machines: dict[str, Any], ups: bool, panel: bool) -> dict[str, Any]:
    places = [("facility", "grid", "out"), *((f"m-{name}", name, "in") for name in machines)]
    places += [(f"o-{letter}-n{number}", f"{letter}-n{number}", "out") for letter in letters for number in range(count)]
    places += [(f"ups-{letter}-{side}", f"ups-{letter}", side) for letter in letters for side in ("in", "out") if ups]
    places += [("panel", "panel", "in")] if panel else []
    return {name: {"at": at, "side": side, "serial": name} for name, at, side in places}


@st.composite
def worlds(draw: st.DrawFn, **how: Any) -> tuple[Site, MeterReadings, Use]:
    """A site, meters that agree on nothing, and uses of its tenants and its platform."""
    site = draw(sites(**how))
    series = st.lists(st.integers(0, 900_000), min_size=INTERVALS, max_size=INTERVALS)
    readings = MeterReadings(PERIOD, {name: np.array(draw(series), dtype=np.int64) for name in site.meters})
    return site, readings, draw(uses(site))


@st.composite
def uses(draw: st.DrawFn, site: Site) -> Use:
    amounts = st.lists(st.floats(0, 12), min_size=INTERVALS, max_size=INTERVALS)

    def table(scale: float) -> dict[str, np.ndarray]:
        chosen = draw(st.lists(st.sampled_from(["_platform", *site.tenants]), unique=True))
        return {account: np.array(draw(amounts)) * scale for account in chosen}

    return Use(PERIOD, {name: NodeUse(table(900), table(150), table(1), table(0.2)) for name in
                        draw(st.lists(st.sampled_from(sorted(site.nodes)), unique=True))})
