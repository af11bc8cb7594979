"""Cross checks: each mistake that one noun can't see by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.inventory.checks.loops import loop_through
from infra.inventory.messages import MESSAGES
from tests.infra.inventory.edits import Data, edited, put, refusal_of

OUTLET = {"fed_by": ["pdu-a"], "rating_w": 3600}


def _several(*changes: Callable[[Data], object]) -> Callable[[Data], object]:
    def change(data: Data) -> None:
        for one in changes:
            one(data)

    return change


def _without_gpu_grant(data: Data) -> None:
    data["tenants"]["agglo"]["convention"]["grants"] = []


REFUSED: dict[str, tuple[Callable[[Data], object], str]] = {
    "unknown parent": (put("power.pdus.pdu-a.fed_by", ["ups-z"]),
                       "power.pdus.pdu-a.fed_by: 'ups-z' does not exist; known power elements: "),
    "unknown zone": (put("enclosures.racks.rack-1.zone", "hall-x"), "'hall-x' does not exist; known zones: hall-air"),
    "unknown outlet": (put("nodes.cp-1.outlets", ["a-cp-1", "z"]), "'z' does not exist; known outlets: a-cp-1"),
    "unknown enclosure": (put("nodes.cp-1.enclosure", "rack-9"), "'rack-9' does not exist; known enclosures: "),
    "unknown parent tenant": (put("tenants.les-sables.parent", "paris"), "'paris' does not exist; known tenants: "),
    "unknown tenant of a model": (put("models.redaction.tenants", ["paris"]), "'paris' does not exist"),
    "unknown place of a meter": (put("meters.plant.at", "nowhere"), "'nowhere' does not exist; known places: "),
    "unknown base load": (put("identity.base_load_fed_by", "nowhere"), "'nowhere' does not exist"),
    "unknown board of a tank": (put("enclosures.tanks.tank-1.fed_by", ["nowhere"]), "'nowhere' does not exist"),
    "unknown zone of a CRAH": (put("cooling.crahs.crah-1.zones", ["nowhere"]), "'nowhere' does not exist"),
    "loop of two": (_several(put("power.transformers.transformer.fed_by", ["grid", "panel-plant"])),
                    "the feeds run in a loop: "),
    "loop on itself": (put("power.pdus.pdu-a.fed_by", ["pdu-a"]), "the feeds run in a loop: pdu-a -> pdu-a"),
    "outlet fed by a UPS": (put("power.outlets.a-cp-1.fed_by", ["ups-a"]), "'ups-a' can't feed this; feed it from"),
    "outlet feeding nothing": (put("power.outlets.spare", OUTLET), "power.outlets.spare: this outlet feeds nothing"),
    "outlet shared": (put("nodes.worker-1.outlets", ["a-cp-1", "b-worker-1"]),
                      "outlet 'a-cp-1' already feeds 'cp-1'"),
    "both inputs on one UPS": (_several(put("power.outlets.b-cp-1.fed_by", ["pdu-a"])),
                               "nodes.cp-1.outlets: its outlets all hang on UPS ups-a; take outlets of two UPSs"),
    "outlet too small": (put("power.outlets.a-gpu-1.rating_w", 2000),
                         "outlet 'a-gpu-1' is rated 2000.0 W, under the node's nameplate of 3000.0 W"),
    "slot taken": (put("nodes.worker-1.slot", 1), "slot 1 of 'rack-1' is already taken by 'cp-1'"),
    "slot half taken": (put("nodes.gpu-2.slot", 4), "slot 4 of 'rack-1' is already taken by 'worker-1'"),
    "slot outside": (put("nodes.gpu-2.slot", 40), "it ends at slot 43, but 'rack-1' has 42 slots"),
    "serial twice": (put("nodes.gpu-2.serial", "EX-GP-0001"), "'EX-GP-0001' is already the serial of 'gpu-1'"),
    "BMC twice": (put("nodes.gpu-2.bmc.address", "https://gpu-1.bmc.demo.internal"), "address of the BMC of 'gpu-1'"),
    "MAC twice": (put("nodes.gpu-2.bmc.mac", "02:00:00:00:01:04"), "is already the MAC address of 'gpu-1'"),
    "tank in air": (put("enclosures.tanks.tank-1.zone", "hall-air"), "is of kind air; a tank stands in"),
    "rack in oil": (put("enclosures.racks.rack-1.zone", "hall-oil"), "a rack stands in a zone of kind air"),
    "meters overlap": (put("meters.pdu-b-output.at", "pdu-a"), "meter 'pdu-a-output' already stands there"),
    "meter serial twice": (put("meters.plant.serial", "M-0001"), "'M-0001' is already the serial of 'facility'"),
    "tenants in a loop": (put("tenants.agglo.parent", "les-sables"), "the tenants are each other's parents: "),
    "dates reversed": (put("tenants.agglo.convention.ends", "2011-01-01"), "ends (2011-01-01) before it starts"),
    "child over parent": (put("tenants.les-sables.convention.quota.cpu", 50),
                          "children and namespaces of 'agglo' hold 74 of cpu, but its convention has 60"),
    "namespaces over convention": (put("tenants.la-dune.namespaces.etat-civil.quota.memory", "64Gi"),
                                   "children and namespaces of 'la-dune' hold 64Gi of memory, but its convention "
                                   "has 32Gi"),
    "over the site": (put("tenants.region.convention.quota.cpu", 400), "but the workers offer 217600m once"),
    "more GPUs than there are": (put("tenants.region.convention.quota.gpu", 9), "hold 11 of gpu in all, but"),
    "GPU without grant": (_without_gpu_grant, "the quota holds 2 GPU, but the convention does not grant them"),
    "namespace name too long": (put(f"tenants.la-dune.namespaces.{'n' * 60}", {"purpose": "essai", "quota": {
        "pods": 1, "services": 1, "volumes": 1}}), "characters, 63 at most; shorten one of its two names"),
    "tenant id too long": (lambda data: data["tenants"].__setitem__("x" * 57, data["tenants"].pop("la-dune")),
                           f"the namespace 'tenant-{'x' * 57}' has 64 characters, 63 at most"),
    "SIRET twice": (put("tenants.la-dune.siret", "90000000200015"), "is already the SIRET of 'agglo'"),
    "group twice": (put("tenants.la-dune.group", "estran:agglo"), "'estran:agglo' is already the group of 'agglo'"),
    "image from elsewhere": (put("models.redaction.image", "docker.example/x:1"), "does not come from an allowed "
                                                                                  "registry (registry.demo.internal)"),
    "registry by prefix": (put("models.redaction.image", "registry.demo.internal.evil.example/x:1"),
                           "does not come from an allowed registry"),
    "model too big": (put("models.redaction.gpu_per_replica", 8), "no node has 8 free GPUs of product"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_each_mistake_is_refused(tmp_path: Path, name: str) -> None:
    change, text = REFUSED[name]
    assert text in refusal_of(tmp_path, edited(change))


def test_a_node_may_declare_that_it_is_not_redundant(tmp_path: Path) -> None:
    change = _several(put("power.outlets.b-cp-1.fed_by", ["pdu-a"]), put("nodes.cp-1.redundant", False),
                      put("nodes.cp-1.serial", "EX-GP-0001"))
    assert "problems found: 1\n" in refusal_of(tmp_path, edited(change)), "only the serial stands against it"


def test_every_message_of_the_catalogue_says_what_to_write() -> None:
    without_remedy = {"slot_taken", "slot_outside", "duplicate_value", "meter_overlap", "dates_reversed", "over_parent",
                      "over_capacity", "outlet_too_small", "shared_outlet", "other", "wrong_zone", "unknown_reference",
                      "extra_forbidden", "tenant_loop", "image_not_allowed"}
    for kind, message in MESSAGES.items():
        assert kind in without_remedy or ";" in message, f"{kind}: {message}"


def test_loops() -> None:
    assert loop_through({"a": ("b",), "b": ("c",), "c": ()}) == ()
    loop = loop_through({"a": ("b",), "b": ("c",), "c": ("b",)})
    assert loop[0] == loop[-1]
    assert set(loop) == {"b", "c"}
