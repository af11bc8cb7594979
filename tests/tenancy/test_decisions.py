"""Laws of decisions: never over a convention, always the same again, and an alternative that holds its word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.inventory.checks.quotas import committed
from infra.inventory.quota import Quota
from infra.inventory.site import Site
from tenancy.decisions import decide
from tenancy.holdings import Holding, Holdings, holdings_of
from tenancy.request import NamespaceRequest
from tests.tenancy.conftest import TODAY, asked

TENANTS = ("region", "agglo", "les-sables", "la-dune")


@st.composite
def requests(draw: st.DrawFn) -> NamespaceRequest:
    tenant = draw(st.sampled_from(TENANTS))
    quota = Quota.of(
        cpu_millicores=draw(st.integers(0, 40_000)), memory_bytes=draw(st.integers(0, 300)) << 30,
        storage_bytes=draw(st.integers(0, 6000)) << 30, gpus=draw(st.integers(0, 3)), pods=draw(st.integers(0, 60)),
        services=draw(st.integers(0, 20)), volumes=draw(st.integers(0, 20)))
    name = draw(st.from_regex(r"[a-d]{1,2}", fullmatch=True) | st.text("aZé-_1 ", max_size=6))
    grants = draw(st.sets(st.sampled_from(("node-port", "load-balancer", "gpu", "external-egress"))))
    return NamespaceRequest(tenant, name, quota, "essai", tuple(sorted(grants)), door=f"tenant-{tenant}")


@settings(max_examples=150, deadline=None)
@given(asked_for=st.lists(requests(), max_size=25))
def test_no_sequence_of_decisions_ever_exceeds_a_convention(demo: Site, asked_for: list[NamespaceRequest]) -> None:
    held: list[Holding] = []
    for number, request in enumerate(asked_for):
        decision = decide(demo, request, holdings_of(request.tenant, held), TODAY)
        if decision.granted:
            held.append(Holding(str(number), request.tenant, request.namespace, request.quota))
    for tenant_id, tenant in demo.tenants.items():
        mine = holdings_of(tenant_id, held)
        assert not (committed(demo, tenant_id) + mine.granted).shortfalls(tenant.convention.quota)
        assert len(tenant.namespaces) + mine.count <= tenant.convention.namespaces_max
    assert len({each.namespace for each in held}) == len(held)


@settings(max_examples=200, deadline=None)
@given(request=requests(), before=st.lists(requests(), max_size=5))
def test_the_alternative_is_granted_when_it_is_asked(
    demo: Site, request: NamespaceRequest, before: list[NamespaceRequest]
) -> None:
    held = [Holding(str(number), each.tenant, each.namespace, each.quota) for number, each in enumerate(before)
            if decide(demo, each, Holdings(), TODAY).granted]
    holdings = holdings_of(request.tenant, held)
    decision = decide(demo, request, holdings, TODAY)

    if decision.granted:
        assert decision.alternative is None
    elif decision.alternative is not None:
        assert decide(demo, decision.alternative, holdings, TODAY).granted
        assert not decision.alternative.quota.shortfalls(request.quota + Quota.of(
            cpu_millicores=100, memory_bytes=128 << 20, pods=1))


@settings(max_examples=100, deadline=None)
@given(request=requests())
def test_the_same_again_gives_the_same(demo: Site, request: NamespaceRequest) -> None:
    assert decide(demo, request, Holdings(), TODAY) == decide(demo, request, Holdings(), TODAY)


def test_the_alternative_is_the_largest_that_fits(demo: Site) -> None:
    request = asked(cpu=40, memory="60Gi", storage="10Gi", gpu=1, grants=("node-port",))
    decision = decide(demo, request, Holdings(), TODAY)

    assert decision.alternative is not None
    assert decision.alternative.quota.written() == {
        "cpu": "12", "memory": "48Gi", "storage": "10Gi", "gpu": "0", "pods": "10", "services": "4", "volumes": "4"}
    assert decision.alternative.grants == ()


def test_the_alternative_of_a_tiny_request_is_the_smallest_one(demo: Site) -> None:
    decision = decide(demo, asked(cpu="1m", memory="1Mi"), Holdings(), TODAY)

    assert decision.alternative is not None
    assert decision.alternative.quota.written()["cpu"] == "100m"
    assert decision.alternative.quota.written()["memory"] == "128Mi"


@pytest.mark.parametrize("holdings", [
    Holdings(Quota.of(cpu_millicores=12_000), 1), Holdings(Quota.nothing(), 19), Holdings(Quota.of(pods=28), 1)])
def test_there_is_no_alternative_when_nothing_is_left(demo: Site, holdings: Holdings) -> None:
    decision = decide(demo, asked(), holdings, TODAY)

    assert decision.verdict == "Refused"
    assert decision.alternative is None


def test_a_grant_gives_the_budget_as_its_reason(demo: Site) -> None:
    decision = decide(demo, asked(), Holdings(), TODAY)

    assert decision.granted and decision.rule == "convention-budget"
    assert decision.reasons[0].figures["available"] == {
        "cpu": "12", "memory": "48Gi", "storage": "400Gi", "gpu": "0", "pods": "28", "services": "8", "volumes": "8"}


def test_a_request_that_was_not_sent_yet_has_no_door_to_be_wrong(demo: Site) -> None:
    assert decide(demo, replace(asked(), door=None), Holdings(), TODAY).granted
