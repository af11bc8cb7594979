"""What a tenant's namespace is made of, worked out by hand for the demo site."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.inventory.quota import Quota
from infra.inventory.site import Site
from tenancy.manifests.kinds import Manifest, manifest_id
from tenancy.manifests.namespace import namespace_manifests
from tenancy.request import asked_quota

QUOTA = asked_quota({"cpu": 4, "memory": "8Gi", "storage": "20Gi", "pods": 12})


def made(demo: Site, quota: Quota = QUOTA, **more: Any) -> dict[str, Manifest]:
    manifests = namespace_manifests(demo, "les-sables", "minutes", quota, "comptes rendus", **more)
    return {manifest_id(manifest): manifest for manifest in manifests}


def test_the_objects_in_the_order_to_apply(demo: Site) -> None:
    assert list(made(demo)) == [
        "namespace-les-sables-minutes",
        "resourcequota-les-sables-minutes-estran-quota",
        "limitrange-les-sables-minutes-estran-limits",
        "networkpolicy-les-sables-minutes-estran-default-deny",
        "networkpolicy-les-sables-minutes-estran-allow-dns",
        "networkpolicy-les-sables-minutes-estran-allow-same-namespace",
        "rolebinding-les-sables-minutes-estran-tenant",
    ]


def test_the_namespace_says_whose_it_is_and_how_it_is_held(demo: Site) -> None:
    metadata = made(demo, request="uid-1")["namespace-les-sables-minutes"]["metadata"]

    assert metadata["labels"] == {
        "app.kubernetes.io/name": "les-sables-minutes", "app.kubernetes.io/managed-by": "estran",
        "app.kubernetes.io/part-of": "estran",
        "estran.fr/tenant": "les-sables", "estran.fr/site": "demo", "estran.fr/namespace": "minutes",
        "estran.fr/request": "uid-1",
        "pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/enforce-version": "v1.35",
        "pod-security.kubernetes.io/audit": "restricted", "pod-security.kubernetes.io/audit-version": "v1.35",
        "pod-security.kubernetes.io/warn": "restricted", "pod-security.kubernetes.io/warn-version": "v1.35",
    }
    assert metadata["annotations"] == {"estran.fr/purpose": "comptes rendus"}


def test_a_namespace_of_the_site_file_names_no_request(demo: Site) -> None:
    assert all("estran.fr/request" not in manifest["metadata"]["labels"] for manifest in made(demo).values())


def test_the_quota_bounds_requests_limits_and_counts(demo: Site) -> None:
    assert made(demo)["resourcequota-les-sables-minutes-estran-quota"]["spec"]["hard"] == {
        "requests.cpu": "4", "limits.cpu": "4", "requests.memory": "8Gi", "limits.memory": "8Gi",
        "requests.storage": "20Gi", "requests.nvidia.com/gpu": "0",
        "pods": "12", "services": "4", "persistentvolumeclaims": "4",
        "services.loadbalancers": "0", "services.nodeports": "0",
        "configmaps": "48", "secrets": "48", "count/deployments.apps": "20", "count/statefulsets.apps": "20",
        "count/jobs.batch": "48", "count/cronjobs.batch": "20",
    }


@pytest.mark.parametrize(("grants", "balancers", "node_ports"), [
    ((), "0", "0"), (("node-port",), "0", "10"), (("load-balancer",), "10", "10"),
    (("load-balancer", "node-port"), "10", "10")])
def test_what_is_exposed_needs_a_grant(demo: Site, grants: tuple[str, ...], balancers: str, node_ports: str) -> None:
    objects = made(demo, grants=grants)
    hard = objects["resourcequota-les-sables-minutes-estran-quota"]["spec"]["hard"]
    labels = objects["namespace-les-sables-minutes"]["metadata"]["labels"]

    assert (hard["services.loadbalancers"], hard["services.nodeports"]) == (balancers, node_ports)
    assert {key for key in labels if key.startswith("grant.estran.fr/")} == {f"grant.estran.fr/{one}" for one in grants}


def test_the_right_to_gpus_is_passed_on_only_where_there_are_some(demo: Site) -> None:
    with_gpu = asked_quota({"cpu": 4, "memory": "8Gi", "gpu": 2})
    none, two = made(demo, grants=("gpu",)), made(demo, with_gpu, grants=("gpu",))

    assert "grant.estran.fr/gpu" not in none["namespace-les-sables-minutes"]["metadata"]["labels"]
    assert two["namespace-les-sables-minutes"]["metadata"]["labels"]["grant.estran.fr/gpu"] == "true"
    hard = two["resourcequota-les-sables-minutes-estran-quota"]["spec"]["hard"]
    assert hard["requests.nvidia.com/gpu"] == "2"


def test_a_container_that_says_nothing_gets_a_modest_share(demo: Site) -> None:
    container, volume = made(demo)["limitrange-les-sables-minutes-estran-limits"]["spec"]["limits"]

    assert container == {
        "type": "Container", "default": {"cpu": "500m", "memory": "512Mi"},
        "defaultRequest": {"cpu": "100m", "memory": "128Mi"}, "max": {"cpu": "4", "memory": "8Gi"}}
    assert volume == {"type": "PersistentVolumeClaim", "max": {"storage": "20Gi"}}


@settings(max_examples=60, deadline=None)
@given(cpu=st.integers(100, 100_000), memory=st.integers(128, 4096), storage=st.integers(0, 100))
def test_defaults_never_exceed_the_most_that_one_piece_may_take(
    demo: Site, cpu: int, memory: int, storage: int
) -> None:
    from infra.inventory.quantities import parse_bytes, parse_cpu

    quota = Quota.of(cpu_millicores=cpu, memory_bytes=memory << 20, storage_bytes=storage << 30, pods=1)
    limits = made(demo, quota)["limitrange-les-sables-minutes-estran-limits"]["spec"]["limits"]
    container = limits[0]

    assert parse_cpu(container["defaultRequest"]["cpu"]) <= parse_cpu(container["default"]["cpu"]) \
        <= parse_cpu(container["max"]["cpu"]) == cpu
    assert parse_bytes(container["defaultRequest"]["memory"]) <= parse_bytes(container["default"]["memory"]) \
        <= parse_bytes(container["max"]["memory"]) == memory << 20
    assert len(limits) == (2 if storage else 1)


def test_the_network_is_closed_both_ways_but_for_dns_and_itself(demo: Site) -> None:
    objects = made(demo)
    deny = objects["networkpolicy-les-sables-minutes-estran-default-deny"]["spec"]
    dns = objects["networkpolicy-les-sables-minutes-estran-allow-dns"]["spec"]
    same = objects["networkpolicy-les-sables-minutes-estran-allow-same-namespace"]["spec"]

    assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert dns["policyTypes"] == ["Egress"]
    assert dns["egress"] == [{
        "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
                "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}],
        "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]}]
    assert same["ingress"] == [{"from": [{"podSelector": {}}]}]
    assert same["egress"] == [{"to": [{"podSelector": {}}]}]


def test_the_way_out_leads_to_public_addresses_only(demo: Site) -> None:
    objects = made(demo, grants=("external-egress",))
    outside = objects["networkpolicy-les-sables-minutes-estran-allow-external-egress"]["spec"]

    assert outside["policyTypes"] == ["Egress"]
    assert outside["egress"] == [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": [
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8"]}}]}]


def test_the_tenants_group_gets_the_tenants_role_and_no_other(demo: Site) -> None:
    binding = made(demo)["rolebinding-les-sables-minutes-estran-tenant"]

    assert binding["roleRef"] == {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
                                  "name": "estran-tenant"}
    assert binding["subjects"] == [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group",
                                    "name": "estran:les-sables"}]


def test_the_same_again_gives_the_same(demo: Site) -> None:
    assert made(demo, grants=("node-port", "load-balancer")) == made(demo, grants=("load-balancer", "node-port"))
