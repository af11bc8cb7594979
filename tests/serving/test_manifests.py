"""What a served model is made of."""

from __future__ import annotations

from typing import Any

import pytest

from infra.inventory import labels
from infra.inventory.site import Site
from serving.manifests import model_manifests


def parts(site: Site, model_id: str) -> dict[str, dict[str, Any]]:
    return {manifest["kind"]: manifest for manifest in model_manifests(site, model_id)}


def test_a_model_is_reached_only_through_its_service(demo: Site) -> None:
    found = parts(demo, "redaction")
    assert set(found) == {"Deployment", "Service", "NetworkPolicy"}
    service = found["Service"]["spec"]
    assert service.get("type", "ClusterIP") == "ClusterIP"
    assert service["ports"] == [{"name": "http", "port": 80, "targetPort": 8000}]
    pod = found["Deployment"]["spec"]["template"]["spec"]
    assert "hostPort" not in str(pod)
    assert service["selector"].items() <= found["Deployment"]["spec"]["template"]["metadata"]["labels"].items()


def test_gpus_are_asked_for_as_whole_boards(demo: Site) -> None:
    container = parts(demo, "redaction")["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    assert container["resources"]["requests"] == {"cpu": "8", "memory": "64Gi", "nvidia.com/gpu": "1"}
    assert container["resources"]["limits"] == container["resources"]["requests"]


def test_replicas_are_spread_by_enclosure_and_by_feed(demo: Site) -> None:
    spread = parts(demo, "redaction")["Deployment"]["spec"]["template"]["spec"]["topologySpreadConstraints"]
    assert [constraint["topologyKey"] for constraint in spread] == [labels.ENCLOSURE, labels.FEED]
    assert {constraint["whenUnsatisfiable"] for constraint in spread} == {"DoNotSchedule"}


def test_only_tenants_that_may_use_it_are_let_in(demo: Site) -> None:
    policy = parts(demo, "transcription")["NetworkPolicy"]["spec"]
    [rule] = policy["ingress"]
    [peer] = rule["from"]
    assert peer["namespaceSelector"]["matchExpressions"] == [
        {"key": labels.TENANT, "operator": "In", "values": ["agglo", "les-sables", "region"]}]
    assert policy["egress"] == []
    assert policy["policyTypes"] == ["Ingress", "Egress"]


def test_nobody_listed_means_every_tenant_of_the_site(demo: Site) -> None:
    [rule] = parts(demo, "redaction")["NetworkPolicy"]["spec"]["ingress"]
    assert rule["from"][0]["namespaceSelector"]["matchExpressions"][0]["values"] == sorted(demo.tenants)


@pytest.mark.parametrize(("residence", "replicas"), [("resident", 2), ("asleep", 0), ("cold", 0)])
def test_only_a_resident_model_takes_gpus(demo: Site, residence: str, replicas: int) -> None:
    model = demo.models["redaction"].model_copy(update={"residence": residence})
    site = demo.model_copy(update={"models": {"redaction": model}})
    assert parts(site, "redaction")["Deployment"]["spec"]["replicas"] == replicas


def test_a_model_on_the_processor_asks_for_no_gpu(demo: Site) -> None:
    model = demo.models["redaction"].model_copy(update={"gpu_per_replica": 0, "gpu_product": ""})
    site = demo.model_copy(update={"models": {"redaction": model}})
    pod = parts(site, "redaction")["Deployment"]["spec"]["template"]["spec"]
    assert "nvidia.com/gpu" not in pod["containers"][0]["resources"]["requests"]
    assert "nodeSelector" not in pod


def test_pods_meet_the_restricted_profile(demo: Site) -> None:
    for model_id in demo.models:
        pod = parts(demo, model_id)["Deployment"]["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert not container["securityContext"]["allowPrivilegeEscalation"]
