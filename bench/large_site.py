"""A site of many nodes on two feeds and two zones, with readings and use, all invented and always the same."""

from __future__ import annotations

import numpy as np

from energy.interval import SETTLEMENT_S, Period
from energy.readings.meters import MeterReadings
from energy.readings.use import NodeUse, Use
from infra.inventory.site import Site

PER_PDU, PODS = 40, 20


def large_site(nodes: int, tenants: int) -> Site:
    """Return a site of `nodes` nodes of two outlets each; 40 outlets to a PDU, two UPSs, two halls."""
    power, meters = _power(nodes)
    zones = {"air": {"kind": "air", "setpoint_c": 24}, "oil": {"kind": "immersion", "setpoint_c": 40}}
    plant = {"fed_by": ["panel"], "rated_w": 90_000, "cooling_capacity_w": 900_000}
    return Site.model_validate({
        "identity": {"id": "large", "name": "Large", "operator": "Bench", "it_capacity_w": 1e6, "base_load_w": 900,
                     "base_load_fed_by": "panel"},
        "power": power,
        "cooling": {"zones": zones, "crahs": {"crah": {**plant, "zones": ["air"]}},
                    "cdus": {"cdu": {**plant, "zones": ["oil"]}}},
        "enclosures": {"racks": {"rack": {"zone": "air"}},
                       "tanks": {"tank": {"zone": "oil", "coolant": "pao", "volume_l": 900, "fed_by": ["panel"]}}},
        "nodes": {f"n{number:04d}": _node(number) for number in range(nodes)},
        "cluster": {"name": "large", "kubernetes_version": "1.35.4", "registries": ["registry.large.internal"]},
        "tenants": {f"t{number:04d}": {
            "name": f"Tenant {number}", "kind": "commune", "siret": "90000000300013", "group": "g-all",
            "contact": "a@b.example", "convention": {"number": "C", "starts": "2012-01-01", "ends": "2030-01-01",
                                                     "quota": {"cpu": 1, "memory": "1Gi", "storage": "1Gi"}}}
            for number in range(tenants)},
        "meters": meters,
    })


def large_readings(site: Site, period: Period) -> MeterReadings:
    """Return readings that agree with each other to a percent."""
    random = np.random.default_rng(7)
    watts = {name: random.uniform(120, 380, period.count) for name, meter in site.meters.items()
             if meter.at in site.power.outlets}
    it_w = sum(watts.values())
    watts |= {"crah": it_w * 0.1, "cdu": it_w * 0.02, "tank": it_w * 0.01, "plant": it_w * 0.14,
              "ups-a-out": it_w * 0.5, "ups-b-out": it_w * 0.5, "ups-a-in": it_w * 0.53, "ups-b-in": it_w * 0.53,
              "facility": it_w * 1.23}
    return MeterReadings(period, {name: np.rint(row * SETTLEMENT_S).astype(np.int64) for name, row in watts.items()})


def large_use(site: Site, period: Period) -> Use:
    """Return the use of pods of 20 tenants on each node."""
    random, tenants = np.random.default_rng(8), sorted(site.tenants)

    def rows(number: int, scale: float) -> dict[str, np.ndarray]:
        chosen = [tenants[(number * 7 + step * 13) % len(tenants)] for step in range(PODS)]
        return {tenant: random.uniform(0, scale, period.count) for tenant in chosen}

    return Use(period, {name: NodeUse(rows(number, 2 * SETTLEMENT_S), {}, rows(number, 3), {})
                        for number, name in enumerate(sorted(site.nodes))})


def _power(nodes: int) -> tuple[dict[str, object], dict[str, object]]:
    outlets, pdus, meters = {}, {}, {}
    for feed in "ab":
        for number in range(nodes):
            pdu, outlet = f"pdu-{feed}{number // PER_PDU}", f"{feed}-n{number:04d}"
            pdus[pdu] = {"fed_by": [f"ups-{feed}"], "rating_w": 40_000, "loss": {"fixed_w": 15, "linear": 0.004}}
            outlets[outlet] = {"fed_by": [pdu], "rating_w": 900}
            meters[f"o-{outlet}"] = {"at": outlet, "side": "out", "serial": f"O-{outlet}"}
    ups = {f"ups-{feed}": {"feed": feed.upper(), "fed_by": ["tr"], "rating_w": 1e6} for feed in "ab"}
    for name, at, side in (("facility", "grid", "out"), ("plant", "panel", "in"), ("crah", "crah", "in"),
                           ("cdu", "cdu", "in"), ("tank", "tank", "in"), ("ups-a-in", "ups-a", "in"),
                           ("ups-a-out", "ups-a", "out"), ("ups-b-in", "ups-b", "in"), ("ups-b-out", "ups-b", "out")):
        meters[name] = {"at": at, "side": side, "serial": name}
    return {"incomers": {"grid": {"rating_w": 2e6}}, "ups": ups, "pdus": pdus, "outlets": outlets,
            "transformers": {"tr": {"fed_by": ["grid"], "rating_w": 2e6, "loss": {"fixed_w": 900, "linear": 0.004}}},
            "panels": {"panel": {"fed_by": ["tr"], "rating_w": 3e5}}}, meters


def _node(number: int) -> dict[str, object]:
    return {"role": "worker", "enclosure": "tank" if number % 2 else "rack", "slot": 1, "serial": f"S{number}",
            "sku": "s", "outlets": [f"a-n{number:04d}", f"b-n{number:04d}"], "cpu_cores": 64, "memory": "64Gi",
            "storage": "1Ti", "bmc": {"address": "https://b", "mac": "02:00:00:00:00:01"},
            "power": {"idle_w": 200, "nameplate_w": 800}}
