"""What rooms ask of a loaded site."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.inventory.names import LAYERS, namespace_name, stack_name
from infra.inventory.paths import cache_dir
from infra.inventory.power import LossCurve
from infra.inventory.schema import site_schema
from infra.inventory.site import Site


def test_upstream_runs_to_the_grid(demo: Site) -> None:
    assert demo.upstream("a-cp-1") == ("a-cp-1", "pdu-a", "ups-a", "transformer", "grid", "genset")


@pytest.mark.parametrize(("element", "feed"), [("a-gpu-1", "A"), ("b-gpu-1", "B"), ("ups-b", "B"), ("panel-plant", "")])
def test_feed_of(demo: Site, element: str, feed: str) -> None:
    assert demo.feed_of(element) == feed


def test_zone_of_a_node_is_that_of_what_holds_it(demo: Site) -> None:
    assert (demo.zone_of("gpu-1"), demo.zone_of("gpu-2")) == ("hall-oil", "hall-air")


def test_loss_curve_worked_by_hand() -> None:
    # 220 + 0.018 * 10,000 + 9e-7 * 10,000^2 = 220 + 180 + 90 = 490 W
    curve = LossCurve(fixed_w=220, linear=0.018, quadratic_per_w=9.0e-7)
    assert curve.loss_w(10_000) == pytest.approx(490)


def test_names() -> None:
    assert namespace_name("les-sables", "minutes") == "les-sables-minutes"
    assert [stack_name("demo", layer) for layer in LAYERS] == ["demo-platform", "demo-tenants", "demo-models"]


@pytest.mark.parametrize(("variables", "folder"), [
    ({"ESTRAN_CACHE": "/a"}, "/a"), ({"XDG_CACHE_HOME": "/x"}, "/x/estran"), ({"HOME": "/h"}, "/h/.cache/estran")])
def test_cache_folder(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], folder: str) -> None:
    for name in ("ESTRAN_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache_dir() == Path(folder)


def test_schema_speaks_of_what_is_written_in_yaml() -> None:
    schema = site_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    node = schema["$defs"]["Node"]["properties"]
    assert node["memory"] == {"title": "Memory", "type": "string", "pattern": "^[0-9]+(Ki|Mi|Gi|Ti|Pi)$",
                              "examples": ["8Gi"]}
    assert set(schema["required"]) >= {"identity", "power", "cooling", "nodes"}
    assert json.loads(json.dumps(schema)) == schema
