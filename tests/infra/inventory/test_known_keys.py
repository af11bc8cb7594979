"""An unknown key is answered with the keys that are known in that very place."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.inventory.load import _known_keys
from tests.infra.inventory.edits import edited, put, refusal_of

PLACES = {
    "": ("identity", "power", "cooling", "nodes", "tenants", "meters"),
    "identity": ("id", "operator", "timezone", "it_capacity_w"),
    "power": ("incomers", "ups", "outlets"),
    "power.incomers.grid": ("rating_w", "delivery_point"),
    "power.ups.ups-a": ("feed", "fed_by", "autonomy_s"),
    "power.ups.ups-a.loss": ("fixed_w", "linear", "quadratic_per_w"),
    "cooling.zones.hall-air": ("kind", "setpoint_c"),
    "cooling.chillers.chiller-1": ("zones", "eer_at_35c"),
    "enclosures.tanks.tank-1": ("coolant", "volume_l", "bath_limit_c"),
    "nodes.gpu-1": ("role", "slot", "gpus", "bmc", "power"),
    "nodes.gpu-1.bmc": ("address", "mac", "credentials"),
    "nodes.gpu-1.power": ("idle_w", "nameplate_w", "fan_share"),
    "tenants.agglo": ("siret", "parent", "convention", "namespaces"),
    "tenants.agglo.convention": ("number", "starts", "quota", "grants"),
    "tenants.agglo.convention.quota": ("cpu", "memory", "storage", "gpu"),
    "tenants.agglo.namespaces.sig": ("purpose", "quota", "stage"),
    "models.redaction": ("licence", "gpu_per_replica", "residence"),
    "services.postgresql": ("kind", "image", "storage"),
    "meters.facility": ("at", "side", "accuracy_class", "serial"),
    "cluster": ("registries", "kubernetes_version", "storage_class"),
}


@pytest.mark.parametrize("place", PLACES)
def test_known_keys_of_each_place(place: str) -> None:
    known = _known_keys(tuple(place.split(".")) if place else ())
    assert set(PLACES[place]) <= set(known)
    assert "model_config" not in known


@pytest.mark.parametrize("place", [place for place in PLACES if place])
def test_a_refusal_lists_them(tmp_path: Path, place: str) -> None:
    said = refusal_of(tmp_path, edited(put(f"{place}.zzz", 1)))
    [line] = [line for line in said.splitlines() if f"{place}.zzz: " in line]
    assert "unknown key; known here: " in line
    assert all(key in line for key in PLACES[place])


def test_a_place_that_is_no_model_knows_no_key() -> None:
    assert _known_keys(("identity", "name")) == []
