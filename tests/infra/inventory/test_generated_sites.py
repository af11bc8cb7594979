"""Laws of any consistent site, on sites made at random."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.inventory.checks import problems_of
from infra.inventory.checks.quotas import committed
from infra.inventory.quota import Quota
from infra.inventory.site import Site
from infra.inventory.yaml_source import Source
from tests.infra.inventory.edits import DEMO

QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
COUNTS = st.lists(st.integers(1, 4), min_size=1, max_size=6)


def node(number: int, gpus: int) -> dict[str, Any]:
    """Return a two-slot worker of `gpus` GPUs, on both feeds, the preferred one alternating."""
    facts = copy.deepcopy(DEMO["nodes"]["gpu-2"])
    order = ("a", "b") if number % 2 else ("b", "a")
    facts |= {"enclosure": "rack-1", "slot": 1 + 2 * number, "height_u": 2, "serial": f"S-{number}",
              "outlets": [f"{feed}-n{number}" for feed in order],
              "bmc": {"address": f"https://n{number}.example", "mac": f"02:00:00:00:00:{number:02x}"}}
    facts["gpus"][0]["count"] = gpus
    return facts


def site_of(gpus: list[int], children: int) -> dict[str, Any]:
    """Return a site of one rack of workers and one parent tenant of `children` communes."""
    data = copy.deepcopy(DEMO)
    data["nodes"] = {f"n{number}": node(number, count) for number, count in enumerate(gpus)}
    data["power"]["outlets"] = {f"{feed}-n{number}": {"fed_by": [f"pdu-{feed}"], "rating_w": 7200}
                                for number in range(len(gpus)) for feed in "ab"}
    data["meters"] = {"facility": DEMO["meters"]["facility"]}
    data["models"] = {}
    data["carbon"] = {}
    parent, child = DEMO["tenants"]["agglo"], DEMO["tenants"]["la-dune"]
    data["tenants"] = {"agglo": copy.deepcopy(parent)}
    data["tenants"]["agglo"]["convention"]["quota"] |= {"cpu": 50, "memory": "300Gi", "storage": "4Ti", "gpu": 1,
                                                        "pods": 60}
    data["tenants"]["agglo"]["namespaces"] = {}
    for number in range(children):
        one = copy.deepcopy(child)
        one |= {"parent": "agglo", "siret": SIRETS[number], "group": f"estran:c{number}", "namespaces": {}}
        one["convention"]["quota"] = {"cpu": 4, "memory": "16Gi", "storage": "100Gi", "pods": 10, "services": 4,
                                      "volumes": 4}
        data["tenants"][f"c{number}"] = one
    return data


SIRETS = ["90000000500018", "90000000600016", "90000000700014", "90000000800012", "90000000900010"]


@QUIET
@given(gpus=COUNTS, children=st.integers(0, 3))
def test_sites_made_well_are_accepted(gpus: list[int], children: int) -> None:
    site = Site.model_validate(site_of(gpus, children))
    assert [problem.kind for problem in problems_of(site)] == []


@QUIET
@given(gpus=COUNTS)
def test_capacity_is_the_sum_of_the_workers(gpus: list[int]) -> None:
    site = Site.model_validate(site_of(gpus, 0))
    assert site.capacity().gpus == sum(gpus)
    assert site.capacity().cpu_millicores == int(64_000 * len(gpus) * 0.85)


@QUIET
@given(gpus=COUNTS)
def test_every_outlet_is_on_one_feed_and_leads_to_the_grid(gpus: list[int]) -> None:
    site = Site.model_validate(site_of(gpus, 0))
    for outlet in site.power.outlets:
        assert site.feed_of(outlet) == outlet[0].upper()
        assert "grid" in site.upstream(outlet)
        assert len(site.upstream(outlet)) == len(set(site.upstream(outlet)))


@QUIET
@given(children=st.integers(0, 3), own=st.integers(0, 8))
def test_what_a_parent_holds_is_its_children_and_its_own_namespaces(children: int, own: int) -> None:
    data = site_of([1], children)
    data["tenants"]["agglo"]["namespaces"] = {"n": {"purpose": "essai", "quota": {"cpu": own}}}
    site = Site.model_validate(data)
    assert committed(site, "agglo").cpu_millicores == 4000 * children + 1000 * own
    assert committed(site, "agglo").minus(site.tenants["agglo"].convention.quota).cpu_millicores == 0


@QUIET
@given(gpus=COUNTS, taken=st.integers(0, 5))
def test_two_nodes_never_share_a_slot(gpus: list[int], taken: int) -> None:
    data = site_of([*gpus, 1], 0)
    last = f"n{len(gpus)}"
    data["nodes"][last]["slot"] = 1 + 2 * (taken % len(gpus))
    kinds = [problem.kind for problem in problems_of(Site.model_validate(data))]
    assert kinds == ["slot_taken"]


@QUIET
@given(gpus=COUNTS, feed=st.sampled_from("ab"))
def test_both_inputs_on_one_side_are_always_found(gpus: list[int], feed: str) -> None:
    data = site_of(gpus, 0)
    for name in data["power"]["outlets"]:
        data["power"]["outlets"][name]["fed_by"] = [f"pdu-{feed}"]
    kinds = [problem.kind for problem in problems_of(Site.model_validate(data))]
    assert kinds == ["not_redundant"] * len(gpus)


@QUIET
@given(children=st.integers(13, 20))
def test_children_over_their_parent_are_always_found(children: int) -> None:
    data = site_of([4], 1)
    data["tenants"]["c0"]["convention"]["quota"]["cpu"] = 4 * children
    problems = list(problems_of(Site.model_validate(data)))
    assert [problem.kind for problem in problems] == ["over_parent"]
    assert problems[0].at == ("tenants", "agglo", "convention", "quota", "cpu")


@pytest.mark.parametrize("at", [("identity", "id"), ("nodes", "n0", "nothing"), ()])
def test_a_line_is_found_for_any_key(at: tuple[str, ...]) -> None:
    source = Source(Path("x.yaml"), {}, {(): 1, ("identity",): 4, ("identity", "id"): 5, ("nodes",): 9})
    assert source.line_of(at) == {("identity", "id"): 5, ("nodes", "n0", "nothing"): 9, (): 1}[at]


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_the_sum_of_quotas_is_the_same_both_ways(one: int, other: int) -> None:
    first, second = Quota.of(cpu_millicores=one, pods=3), Quota.of(cpu_millicores=other, gpus=2)
    assert first + second == second + first
    assert first + Quota.nothing() == first
