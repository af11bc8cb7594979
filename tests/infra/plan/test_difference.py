"""Plans: what differs, and plans that survive being written and read."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from infra.inventory.names import LAYERS
from infra.inventory.site import Site
from infra.plan.difference import as_yaml, difference, identity_of
from infra.plan.manifests import layer_manifests, site_manifests
from infra.plan.store import PlanError, last_plan_file, read_plan, write_plan

MAPS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), max_size=4)


def manifest(name: str, **data: object) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "n"}, "data": data}


def test_added_changed_removed() -> None:
    before = [manifest("kept", a=1), manifest("changed", a=1), manifest("removed")]
    after = [manifest("changed", a=2), manifest("added"), manifest("kept", a=1)]
    found = {change.identity: change.kind for change in difference(before, after)}
    assert found == {"v1/ConfigMap n/added": "added", "v1/ConfigMap n/changed": "changed",
                     "v1/ConfigMap n/removed": "removed"}


def test_a_change_shows_its_lines() -> None:
    [change] = difference([manifest("x", a=1)], [manifest("x", a=2)])
    assert "-  a: 1" in change.lines
    assert "+  a: 2" in change.lines


@given(MAPS, MAPS)
def test_nothing_differs_exactly_when_all_is_equal(one: dict[str, int], other: dict[str, int]) -> None:
    changes = difference([manifest("x", **one)], [manifest("x", **other)])
    assert (changes == []) == (one == other)


@given(st.permutations(["a", "b", "c"]))
def test_order_does_not_matter(names: list[str]) -> None:
    assert difference([manifest(name) for name in "abc"], [manifest(name) for name in names]) == []


def test_tuples_and_lists_are_the_same_in_a_plan() -> None:
    assert difference([manifest("x", a=(1, 2))], [manifest("x", a=[1, 2])]) == []


def test_a_plan_survives_its_file(tmp_path: Path, demo: Site) -> None:
    manifests = [one for layer in site_manifests(demo).values() for one in layer]
    file = tmp_path / "deep" / "plan.yaml"
    write_plan(file, manifests)
    assert difference(read_plan(file), manifests) == []
    assert [path.name for path in file.parent.iterdir()] == ["plan.yaml"]


def test_every_object_has_its_own_identity(demo: Site) -> None:
    identities = [identity_of(one) for layer in site_manifests(demo).values() for one in layer]
    assert len(identities) == len(set(identities)) > 100


def test_manifests_are_the_same_each_time(demo: Site) -> None:
    texts = {as_yaml(layer_manifests(demo, layer)) for layer in LAYERS for _again in range(2)}
    assert len(texts) == len(LAYERS)


def test_no_secret_is_in_a_plan(demo: Site) -> None:
    secrets = [one for one in layer_manifests(demo, "platform") if one["kind"] == "Secret"]
    assert [one["stringData"] for one in secrets] == [{"password": "(secret)"}]


@pytest.mark.parametrize("text", ["{", "- 1\n", "a: 1\n", "\x00"])
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(PlanError) as refusal:
        read_plan(file)
    assert "estran plan --offline --into FILE" in str(refusal.value)


def test_no_plan_file(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="not a plan that can be read"):
        read_plan(tmp_path / "none.yaml")


def test_where_the_last_plan_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ESTRAN_CACHE", str(tmp_path))
    assert last_plan_file("demo") == tmp_path / "plans" / "demo.yaml"


def test_changing_one_quota_changes_one_object(demo: Site) -> None:
    before = layer_manifests(demo, "tenants")
    after = copy.deepcopy(yaml.safe_load(yaml.safe_dump([dict(one) for one in before])))
    quota = next(one for one in after if one["kind"] == "ResourceQuota")
    quota["spec"]["hard"]["pods"] = "1"
    assert [change.kind for change in difference(before, after)] == ["changed"]
