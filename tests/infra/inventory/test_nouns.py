"""Each noun's own rules, and what it derives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from infra.inventory import labels
from infra.inventory.catalogue import ServedModel
from infra.inventory.compute import Gpu, Node
from infra.inventory.cooling import Chiller, CoolingZone
from infra.inventory.enclosures import Tank
from infra.inventory.meters import Meter
from infra.inventory.power import Genset, Incomer, LossCurve, Outlet, Ups
from infra.inventory.site import Identity, Site
from infra.inventory.tenancy import Convention, Tenant
from tests.infra.inventory.edits import DEMO

NODE: dict[str, Any] = DEMO["nodes"]["gpu-1"]
TENANT: dict[str, Any] = DEMO["tenants"]["agglo"]
MODEL: dict[str, Any] = DEMO["models"]["redaction"]


def refused(noun: type, facts: dict[str, Any], /, **changes: Any) -> str:
    with pytest.raises(ValidationError) as refusal:
        noun.model_validate(facts | changes)  # type: ignore[attr-defined]
    return str(refusal.value)


@pytest.mark.parametrize(("changes", "text"), [
    ({"slot": 0}, "greater than or equal to 1"), ({"slot": 61}, "less than or equal to 60"),
    ({"height_u": 0}, "greater than or equal to 1"), ({"serial": ""}, "at least 1 character"),
    ({"outlets": []}, "at least 1 item"), ({"cpu_cores": 0}, "greater than or equal to 1"),
    ({"role": "storage"}, "'control-plane' or 'worker'"), ({"mac": "02:00"}, "should match pattern"),
])
def test_node(changes: dict[str, Any], text: str) -> None:
    assert text in refused(Node, NODE, **changes)


def test_gpus_of_a_node_are_counted_over_its_kinds() -> None:
    board = NODE["gpus"][0]
    node = Node.model_validate(NODE | {"gpus": [board, {**board, "count": 2, "mig": "1g.12gb"}]})
    assert node.gpu_count == 6
    assert Node.model_validate(NODE | {"gpus": []}).gpu_count == 0


@pytest.mark.parametrize("mig", ["1g", "1g.10", "x", "1g.10gb.me"])
def test_mig_profiles(mig: str) -> None:
    assert "should match pattern" in refused(Gpu, NODE["gpus"][0], mig=mig)


def test_secrets_never_enter_the_site_file() -> None:
    assert "Extra inputs are not permitted" in refused(Node, NODE, bmc=NODE["bmc"] | {"password": "x"})


@pytest.mark.parametrize(("kind", "facts", "text"), [
    (Ups, {"fed_by": ["t"], "rating_w": 1, "feed": "C"}, "'A' or 'B'"),
    (Ups, {"fed_by": ["t"], "rating_w": -1, "feed": "A"}, "greater than or equal to 0"),
    (Outlet, {"fed_by": [], "rating_w": 1}, "at least 1 item"),
    (Genset, {"rating_w": 1, "fuel": "coal", "litres_per_kwh": 0.2}, "'diesel', 'hvo' or 'gas'"),
    (LossCurve, {"linear": 1.0}, "less than 1"),
    (LossCurve, {"fixed_w": float("nan")}, "greater than or equal to 0"),
    (CoolingZone, {"kind": "water", "setpoint_c": 20}, "'air', 'immersion' or 'direct-liquid'"),
    (CoolingZone, {"kind": "air", "setpoint_c": 300}, "less than or equal to 150"),
    (Chiller, {"zones": ["z"], "fed_by": ["p"], "rated_w": 1, "cooling_capacity_w": 1, "eer_at_35c": 0.5},
     "greater than 1"),
    (Tank, {"zone": "z", "coolant": "water", "volume_l": 1, "fed_by": ["p"]}, "'mineral-oil'"),
    (Tank, {"zone": "z", "coolant": "pao", "volume_l": 0, "fed_by": ["p"]}, "greater than 0"),
    (Meter, {"at": "grid", "serial": "x", "accuracy_class": "9"}, "'0.2S'"),
    (Meter, {"at": "grid", "serial": "x", "unit": "MWh"}, "'Wh', 'kWh' or 'J'"),
    (Identity, {"id": "x", "name": "x", "operator": "x", "it_capacity_w": 1, "country": "France"}, "match pattern"),
    (Identity, {"id": "x", "name": "x", "operator": "x", "it_capacity_w": 1, "entered_operation": "2012"}, "pattern"),
])
def test_plant(kind: type, facts: dict[str, Any], text: str) -> None:
    assert text in refused(kind, facts)


def test_incomers_and_gensets_have_no_parent() -> None:
    assert Incomer(rating_w=1).fed_by == ()
    assert Genset(rating_w=1, fuel="hvo", litres_per_kwh=0.25).fed_by == ()


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_losses_grow_with_load(one: float, other: float) -> None:
    curve = LossCurve(fixed_w=220, linear=0.018, quadratic_per_w=9.0e-7)
    low, high = sorted((one, other))
    assert curve.fixed_w <= curve.loss_w(low) <= curve.loss_w(high)


@pytest.mark.parametrize(("changes", "text"), [
    ({"kind": "company"}, "'region'"), ({"name": "x"}, "at least 2 characters"), ({"group": ""}, "at least 3"),
    ({"convention": TENANT["convention"] | {"grants": ["root"]}}, "'node-port', 'load-balancer'"),
    ({"convention": TENANT["convention"] | {"starts": "yesterday"}}, "valid date"),
    ({"convention": TENANT["convention"] | {"namespaces_max": 0}}, "greater than or equal to 1"),
    ({"namespaces": {"Bad Name": {"purpose": "xxx", "quota": {}}}}, "not a DNS label"),
])
def test_tenant(changes: dict[str, Any], text: str) -> None:
    assert text in refused(Tenant, TENANT, **changes)


def test_a_convention_grants_nothing_that_is_not_written() -> None:
    facts = {key: value for key, value in TENANT["convention"].items() if key != "grants"}
    assert Convention.model_validate(facts).grants == ()


@pytest.mark.parametrize(("changes", "text"), [
    ({"gpu_per_replica": 17}, "less than or equal to 16"), ({"port": 0}, "greater than or equal to 1"),
    ({"residence": "warm"}, "'resident', 'asleep' or 'cold'"), ({"parameters_b": 0}, "greater than 0"),
])
def test_served_model(changes: dict[str, Any], text: str) -> None:
    assert text in refused(ServedModel, MODEL, **changes)


def test_every_object_of_ours_says_so() -> None:
    assert labels.managed("x", extra="y") == {
        "app.kubernetes.io/name": "x", "app.kubernetes.io/managed-by": "estran", "app.kubernetes.io/part-of": "estran",
        "extra": "y"}


def test_capacity_leaves_out_what_is_out_of_service(demo: Site) -> None:
    nodes = {name: node.model_copy(update={"in_service": name != "gpu-2"}) for name, node in demo.nodes.items()}
    assert demo.model_copy(update={"nodes": nodes}).capacity().gpus == 4
