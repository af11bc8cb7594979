"""A wide site for the graph: two incomers, two transformers, three UPS, panels in a row, a pump on a UPS.

    grid-1 -> tr-1 -> ups-a -> pdu-a -> a-n1, a-n2          tr-1 -> panel-main -> panel-cold -> chiller
    grid-2 -> tr-2 -> ups-b -> pdu-b -> b-n1, b-n2                               panel-main -> base load
                      ups-b -> pump (a CDU), panel-ups -> crah
              tr-1, tr-2 -> ups-c -> pdu-c -> c-n3           (ups-c has two parents: half from each)
              tr-2 -> pdu-raw -> r-n3                        (no UPS above it)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from energy.interval import SETTLEMENT_S, Period
from energy.readings.meters import MeterReadings
from infra.inventory.site import Site

RATED = {"rating_w": 100_000}

# Mean watts of each meter. Worked upwards in tests/energy/graph/test_wide.py.
WATTS = {
    "f-1": 1730, "f-2": 2540, "g": 0,
    "tr-1-out": 1700, "tr-2-in": 2530, "tr-2-out": 2500,
    "ua-in": 660, "ua-out": 600, "ub-in": 1320, "ub-out": 1200, "uc-in": 440, "uc-out": 400,
    "pb-in": 900, "p-raw": 300, "main": 820, "cold": 500, "p-ups": 200,
    "chiller": 500, "crah": 200, "pump": 100,
    "o-a-n1": 350, "o-a-n2": 250, "o-b-n1": 450, "o-b-n2": 430, "o-c-n3": 395, "o-r-n3": 300,
}

METERS = {
    "f-1": ("grid-1", "out"), "f-2": ("grid-2", "in"), "g": ("gen", "out"), "tr-1-out": ("tr-1", "out"),
    "tr-2-in": ("tr-2", "in"), "tr-2-out": ("tr-2", "out"), "ua-in": ("ups-a", "in"), "ua-out": ("ups-a", "out"),
    "ub-in": ("ups-b", "in"), "ub-out": ("ups-b", "out"), "uc-in": ("ups-c", "in"), "uc-out": ("ups-c", "out"),
    "pb-in": ("pdu-b", "in"), "p-raw": ("pdu-raw", "out"), "main": ("panel-main", "in"), "cold": ("panel-cold", "in"),
    "p-ups": ("panel-ups", "in"), "chiller": ("chiller", "in"), "crah": ("crah", "in"), "pump": ("pump", "in"),
    "o-a-n1": ("a-n1", "out"), "o-a-n2": ("a-n2", "out"), "o-b-n1": ("b-n1", "out"), "o-b-n2": ("b-n2", "out"),
    "o-c-n3": ("c-n3", "out"), "o-r-n3": ("r-n3", "out"),
}


def _node(number: int, *outlets: str) -> dict[str, Any]:
    return {"role": "worker", "slot": number, "serial": f"S{number}", "sku": "s", "enclosure": "rack", "cpu_cores": 10,
            "memory": "64Gi", "storage": "1Ti", "outlets": list(outlets),
            "bmc": {"address": "https://b", "mac": "02:00:00:00:00:01"}, "power": {"idle_w": 100, "nameplate_w": 900}}


def _power() -> dict[str, Any]:
    losses = {"loss": {"linear": 0.1}}
    return {
        "incomers": {"grid-1": RATED, "grid-2": RATED},
        "gensets": {"gen": {**RATED, "fuel": "hvo", "litres_per_kwh": 0.27}},
        "transformers": {"tr-1": {"fed_by": ["grid-1", "gen"], **RATED, "loss": {"fixed_w": 30}},
                         "tr-2": {"fed_by": ["grid-2"], **RATED, "loss": {"fixed_w": 30}}},
        "ups": {"ups-a": {"feed": "A", "fed_by": ["tr-1"], **RATED, **losses},
                "ups-b": {"feed": "B", "fed_by": ["tr-2"], **RATED, **losses},
                "ups-c": {"feed": "B", "fed_by": ["tr-1", "tr-2"], **RATED, **losses}},
        "pdus": {"pdu-a": {"fed_by": ["ups-a"], **RATED}, "pdu-b": {"fed_by": ["ups-b"], **RATED,
                                                                    "loss": {"fixed_w": 20}},
                 "pdu-c": {"fed_by": ["ups-c"], **RATED}, "pdu-raw": {"fed_by": ["tr-2"], **RATED}},
        "panels": {"panel-main": {"fed_by": ["tr-1"], **RATED}, "panel-cold": {"fed_by": ["panel-main"], **RATED},
                   "panel-ups": {"fed_by": ["ups-b"], **RATED}},
        "outlets": {name: {"fed_by": [f"pdu-{parent}"], **RATED} for name, parent in (
            ("a-n1", "a"), ("a-n2", "a"), ("b-n1", "b"), ("b-n2", "b"), ("c-n3", "c"), ("r-n3", "raw"))},
    }


def wide_site(without: tuple[str, ...] = (), **meter: Any) -> Site:
    """Return the site; `without` some meters; `meter`: facts of every meter (its class, its family)."""
    plant = {"rated_w": 9000, "cooling_capacity_w": 90_000, "zones": ["air"]}
    return Site.model_validate({
        "identity": {"id": "wide", "name": "Wide", "operator": "Tests", "it_capacity_w": 1e5, "base_load_w": 320,
                     "base_load_fed_by": "panel-main"},
        "power": _power(), "nodes": {"n1": _node(1, "a-n1", "b-n1"), "n2": _node(2, "a-n2", "b-n2"),
                                     "n3": _node(3, "c-n3", "r-n3")},
        "cooling": {"zones": {"air": {"kind": "air", "setpoint_c": 25}},
                    "chillers": {"chiller": {**plant, "eer_at_35c": 3.0, "fed_by": ["panel-cold"]}},
                    "crahs": {"crah": {**plant, "fed_by": ["panel-ups"]}},
                    "cdus": {"pump": {**plant, "fed_by": ["ups-b"]}}},
        "enclosures": {"racks": {"rack": {"zone": "air"}}},
        "cluster": {"name": "wide", "kubernetes_version": "1.35.4", "registries": ["r.internal"]},
        "tenants": {}, "meters": {name: {"at": at, "side": side, "serial": name, **meter}
                                  for name, (at, side) in METERS.items() if name not in without},
    })


def wide_readings(site: Site, period: Period, watts: Mapping[str, float] | None = None) -> MeterReadings:
    """Return constant readings of the site's meters, `WATTS` but for what `watts` changes."""
    known = {**WATTS, **(watts or {})}
    return MeterReadings(period, {name: np.full(period.count, round(known[name] * SETTLEMENT_S), dtype=np.int64)
                                  for name in site.meters})
