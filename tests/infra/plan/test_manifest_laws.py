"""Laws of everything that the layers register, on both shipped sites and on a crowd of a hundred tenants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from bench.crowd import crowded_site
from infra.inventory import labels
from infra.inventory.load import load_site, site_from
from infra.inventory.names import LAYERS, PLATFORM_NAMESPACES
from infra.inventory.site import Site
from infra.inventory.yaml_source import Source
from infra.plan.difference import identity_of
from infra.plan.manifests import layer_manifests, site_manifests
from tests.conftest import SITES

DNS_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
WORKLOADS = {"Deployment", "StatefulSet"}
TENANT_NAMESPACE = "estran.fr/namespace"


def crowd() -> Site:
    from pathlib import Path

    return site_from(Source(Path("crowd.yaml"), yaml.safe_load(crowded_site(100, 3)), {}))


@pytest.fixture(scope="module", params=["demo", "sables", "crowd"])
def site(request: pytest.FixtureRequest) -> Site:
    name: str = request.param
    return crowd() if name == "crowd" else load_site(SITES / f"{name}.yaml")


@pytest.fixture(scope="module")
def manifests(site: Site) -> list[Any]:
    return [one for layer in site_manifests(site).values() for one in layer]


def of_kind(manifests: list[Any], *kinds: str) -> Iterator[Any]:
    return (one for one in manifests if one["kind"] in kinds)


def test_a_crowd_is_a_consistent_site() -> None:
    found = crowd()
    assert len(found.tenants) == 100
    assert sum(len(tenant.namespaces) for tenant in found.tenants.values()) == 300


def test_every_object_is_registered_once(manifests: list[Any]) -> None:
    identities = [identity_of(one) for one in manifests]
    assert len(identities) == len(set(identities))


def test_every_object_is_marked_as_ours(manifests: list[Any]) -> None:
    unmarked = [identity_of(one) for one in manifests
                if one["metadata"].get("labels", {}).get(labels.MANAGED_BY) != "estran"]
    assert unmarked == []


def test_names_and_labels_are_what_the_api_server_takes(manifests: list[Any]) -> None:
    for one in manifests:
        name = one["metadata"]["name"]
        if one["kind"] not in ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"):
            assert DNS_SUBDOMAIN.fullmatch(name), name
        for key, value in one["metadata"].get("labels", {}).items():
            assert len(key.rpartition("/")[2]) <= 63, key
            assert LABEL_VALUE.fullmatch(value), (name, key, value)


def test_what_lives_in_a_namespace_finds_it_made_before(site: Site) -> None:
    made = {"kube-system"}
    for layer in LAYERS:
        for one in layer_manifests(site, layer):
            if one["kind"] == "Namespace":
                made.add(one["metadata"]["name"])
            elif namespace := one["metadata"].get("namespace"):
                assert namespace in made, identity_of(one)


def test_bindings_name_roles_that_are_there(manifests: list[Any]) -> None:
    roles = {one["metadata"]["name"] for one in of_kind(manifests, "ClusterRole", "Role")}
    for one in of_kind(manifests, "RoleBinding", "ClusterRoleBinding"):
        assert one["roleRef"]["name"] in roles, identity_of(one)


def test_policies_and_their_bindings_go_together(manifests: list[Any]) -> None:
    policies = {one["metadata"]["name"] for one in of_kind(manifests, "ValidatingAdmissionPolicy")}
    bound = [one["spec"]["policyName"] for one in of_kind(manifests, "ValidatingAdmissionPolicyBinding")]
    assert sorted(bound) == sorted(policies)
    assert len(policies) >= 6


def test_policies_fail_closed_and_deny(manifests: list[Any]) -> None:
    for one in of_kind(manifests, "ValidatingAdmissionPolicy"):
        assert one["spec"]["failurePolicy"] == "Fail", identity_of(one)
        for validation in one["spec"]["validations"]:
            text = validation.get("messageExpression", validation.get("message", ""))
            assert one["metadata"]["name"] in text, "a refusal names its policy"
    for one in of_kind(manifests, "ValidatingAdmissionPolicyBinding"):
        assert one["spec"]["validationActions"] == ["Deny"], identity_of(one)


def test_no_role_of_ours_is_all_powerful(manifests: list[Any]) -> None:
    for one in of_kind(manifests, "ClusterRole", "Role"):
        for rule in one["rules"]:
            assert "*" not in rule.get("verbs", []), identity_of(one)
            assert "*" not in rule.get("resources", []), identity_of(one)
            assert "*" not in rule.get("apiGroups", []), identity_of(one)


def test_tenants_can_not_lift_their_own_limits(manifests: list[Any]) -> None:
    writing = {"create", "update", "patch", "delete", "deletecollection"}
    guards = {"resourcequotas", "limitranges", "rolebindings", "roles", "namespaces", "validatingadmissionpolicies",
              "clusterrolebindings"}
    # Tenants write network policies of their own; an admission policy keeps the default ones and the way out closed.
    assert "estran-network" in {one["metadata"]["name"] for one in of_kind(manifests, "ValidatingAdmissionPolicy")}
    groups = {subject["name"] for one in of_kind(manifests, "RoleBinding", "ClusterRoleBinding")
              for subject in one["subjects"] if subject["name"] != "estran:controller"}
    assert groups
    granted = {one["roleRef"]["name"] for one in of_kind(manifests, "RoleBinding", "ClusterRoleBinding")
               if any(subject["name"] in groups for subject in one["subjects"])}
    for one in of_kind(manifests, "ClusterRole", "Role"):
        if one["metadata"]["name"] in granted:
            for rule in one["rules"]:
                if guards & set(rule["resources"]):
                    assert not writing & set(rule["verbs"]), (identity_of(one), rule)


def test_nobody_is_bound_who_is_no_group_of_ours(site: Site, manifests: list[Any]) -> None:
    known = {tenant.group for tenant in site.tenants.values()} | {"estran:controller", "estran:platform"}
    for one in of_kind(manifests, "RoleBinding", "ClusterRoleBinding"):
        for subject in one["subjects"]:
            assert (subject["kind"], subject["name"] in known) == ("Group", True), identity_of(one)


def test_a_tenant_is_bound_only_where_it_is_at_home(site: Site, manifests: list[Any]) -> None:
    tenant_of_group = {tenant.group: name for name, tenant in site.tenants.items()}
    home = {one["metadata"]["name"]: one["metadata"]["labels"].get(labels.TENANT)
            for one in of_kind(manifests, "Namespace")}
    for one in of_kind(manifests, "RoleBinding"):
        for subject in one["subjects"]:
            if subject["name"] in tenant_of_group:
                assert home[one["metadata"]["namespace"]] == tenant_of_group[subject["name"]]


def test_each_tenant_namespace_has_one_quota_one_limit_and_is_closed(site: Site, manifests: list[Any]) -> None:
    spaces = [one["metadata"]["name"] for one in of_kind(manifests, "Namespace")
              if TENANT_NAMESPACE in one["metadata"]["labels"]]
    assert len(spaces) == sum(len(tenant.namespaces) for tenant in site.tenants.values())
    for kind in ("ResourceQuota", "LimitRange"):
        held = [one["metadata"]["namespace"] for one in of_kind(manifests, kind)]
        assert set(spaces) <= set(held)
        assert all(held.count(space) == 1 for space in spaces[:10])
    closed = {one["metadata"]["namespace"] for one in of_kind(manifests, "NetworkPolicy")
              if one["spec"]["podSelector"] == {} and set(one["spec"]["policyTypes"]) == {"Ingress", "Egress"}
              and not one["spec"].get("ingress") and not one["spec"].get("egress")}
    assert set(spaces) <= closed


def test_dns_is_the_only_way_out_by_default(manifests: list[Any]) -> None:
    for one in of_kind(manifests, "NetworkPolicy"):
        if one["metadata"]["namespace"] in PLATFORM_NAMESPACES:
            continue
        for rule in one["spec"].get("egress", []):
            ports = {(port["protocol"], port["port"]) for port in rule.get("ports", [])}
            inside = all("podSelector" in peer and "namespaceSelector" not in peer for peer in rule["to"])
            assert inside or ports == {("UDP", 53), ("TCP", 53)}, identity_of(one)
            assert not any("ipBlock" in peer for peer in rule["to"]), identity_of(one)


def test_namespaces_of_the_file_get_what_the_file_says(site: Site, manifests: list[Any]) -> None:
    quotas = {one["metadata"]["namespace"]: one["spec"]["hard"] for one in of_kind(manifests, "ResourceQuota")}
    for tenant_id, tenant in site.tenants.items():
        for name, spec in tenant.namespaces.items():
            hard, written = quotas[f"{tenant_id}-{name}"], spec.quota.written()
            assert (hard["requests.cpu"], hard["requests.memory"]) == (written["cpu"], written["memory"])
            assert (hard["requests.storage"], hard["requests.nvidia.com/gpu"]) == (written["storage"], written["gpu"])
            assert hard["pods"] == written["pods"]


def test_pods_of_the_platform_come_from_allowed_registries_and_are_restricted(site: Site, manifests: list[Any]) -> None:
    allowed = tuple(f"{registry}/" for registry in site.cluster.registries)
    classes = {one["metadata"]["name"] for one in of_kind(manifests, "PriorityClass")}
    for one in of_kind(manifests, *WORKLOADS):
        pod = one["spec"]["template"]["spec"]
        assert pod["priorityClassName"] in classes
        assert pod["automountServiceAccountToken"] is False
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        for container in pod["containers"]:
            assert container["image"].startswith(allowed)
            assert container["resources"]["limits"].keys() >= {"cpu", "memory"}
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_services_are_reached_from_inside_only(manifests: list[Any]) -> None:
    for one in of_kind(manifests, "Service"):
        assert one["spec"].get("type", "ClusterIP") == "ClusterIP"
        assert "externalIPs" not in one["spec"]


def test_secrets_hold_no_value(manifests: list[Any]) -> None:
    for one in of_kind(manifests, "Secret"):
        assert set(one.get("stringData", {}).values()) <= {"(secret)"}
        assert "data" not in one
