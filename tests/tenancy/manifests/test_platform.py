"""What the platform layer lays, and that none of it says yes when in doubt."""

from __future__ import annotations

import json

import pytest

from infra.inventory.site import Site
from tenancy.manifests.access import cluster_roles, controller_access
from tenancy.manifests.crds import crds
from tenancy.manifests.kinds import Manifest, manifest_id
from tenancy.manifests.platform import platform_manifests
from tenancy.manifests.policies import policies, policy_manifests
from tenancy.manifests.priorities import priority_classes

ORDER = ["Namespace", "CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding",
         "PriorityClass", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"]


def rules_of(name: str) -> list[Manifest]:
    roles = {role["metadata"]["name"]: role for role in (*cluster_roles(), *controller_access())
             if role["kind"] == "ClusterRole"}
    rules: list[Manifest] = roles[name]["rules"]
    return rules


def verbs(name: str, group: str, resource: str) -> set[str]:
    return {verb for rule in rules_of(name) if group in rule["apiGroups"] and resource in rule["resources"]
            for verb in rule["verbs"]}


def test_kinds_come_in_an_order_that_can_be_applied(demo: Site) -> None:
    kinds = [manifest["kind"] for manifest in platform_manifests(demo)]

    assert set(kinds) == set(ORDER)
    first = {kind: kinds.index(kind) for kind in ORDER}
    assert first["Namespace"] < first["CustomResourceDefinition"] < first["ClusterRole"] < first["PriorityClass"]
    assert first["PriorityClass"] < first["ValidatingAdmissionPolicy"] < first["ValidatingAdmissionPolicyBinding"]


def test_every_object_has_a_name_of_its_own(demo: Site) -> None:
    names = [manifest_id(manifest) for manifest in platform_manifests(demo)]

    assert len(names) == len(set(names))


def test_manifests_are_plain_data(demo: Site) -> None:
    manifests = platform_manifests(demo)

    assert json.loads(json.dumps(manifests)) == manifests


@pytest.mark.parametrize(("name", "profile"), [
    ("estran-system", "baseline"), ("services", "restricted"), ("models", "restricted")])
def test_namespaces_of_the_platform_are_held_too(demo: Site, name: str, profile: str) -> None:
    found = next(each for each in platform_manifests(demo) if manifest_id(each) == f"namespace-{name}")

    assert found["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == profile
    assert "estran.fr/tenant" not in found["metadata"]["labels"]


def test_policies_fail_closed_and_deny(demo: Site) -> None:
    for manifest in policy_manifests(demo):
        if manifest["kind"] == "ValidatingAdmissionPolicy":
            assert manifest["spec"]["failurePolicy"] == "Fail"
            assert manifest["spec"]["validations"]
        else:
            assert manifest["spec"]["validationActions"] == ["Deny"]
            assert "matchResources" not in manifest["spec"]


def test_refusals_name_their_policy_and_speak_both_languages(demo: Site) -> None:
    for policy in policies(demo):
        for check in policy.checks:
            message = check.message(policy.name)
            assert message.startswith(f'"{policy.name}: ')
            assert ' / ' in message
            assert check.english != check.french
            assert "{found}" in check.english and "{found}" in check.french
            assert check.fallback(policy.name).startswith(f"{policy.name}: ")
            assert "{" not in check.fallback(policy.name).replace('{"app.kubernetes.io', "")


def test_policies_of_workloads_hold_in_tenants_namespaces_only(demo: Site) -> None:
    scopes = {each["metadata"]["name"]: each["spec"]["matchConstraints"].get("namespaceSelector")
              for each in policy_manifests(demo) if each["kind"] == "ValidatingAdmissionPolicy"}
    everywhere = {name for name, scope in scopes.items() if scope is None}

    assert everywhere == {"estran-identity", "estran-ownership"}
    assert all(scope == {"matchExpressions": [{"key": "estran.fr/tenant", "operator": "Exists"}]}
               for name, scope in scopes.items() if name not in everywhere)


def test_the_allow_list_is_the_sites(demo: Site) -> None:
    cluster = demo.cluster.model_copy(update={"registries": ("r1.example", "r2.example/team")})
    site = demo.model_copy(update={"cluster": cluster})
    policy = next(each for each in policy_manifests(site) if each["metadata"]["name"] == "estran-registries")
    strangers = policy["spec"]["variables"][-1]["expression"]

    assert "['r1.example/', 'r2.example/team/'].exists(r, i.startsWith(r))" in strangers


@pytest.mark.parametrize(("group", "resource"), [
    ("", "resourcequotas"), ("", "limitranges"), ("", "events")])
def test_a_tenant_only_reads_its_limits(group: str, resource: str) -> None:
    assert verbs("estran-tenant", group, resource) == {"get", "list", "watch"}


@pytest.mark.parametrize(("group", "resource"), [
    ("rbac.authorization.k8s.io", "rolebindings"), ("rbac.authorization.k8s.io", "roles"), ("", "nodes"),
    ("", "persistentvolumes"), ("", "serviceaccounts/token"), ("", "pods/proxy"), ("", "services/proxy"),
    ("tenancy.estran.fr", "namespacerequests/status"), ("tenancy.estran.fr", "tenants")])
def test_a_tenant_has_nothing_to_do_with_these(group: str, resource: str) -> None:
    assert verbs("estran-tenant", group, resource) == set()
    assert verbs("estran-requester", group, resource) == set()


def test_no_role_of_ours_uses_a_wildcard() -> None:
    for role in (*cluster_roles(), *controller_access()):
        for rule in role.get("rules", ()):
            assert "*" not in rule["verbs"] + rule["resources"] + rule["apiGroups"]


def test_the_controller_binds_tenants_to_their_role_only() -> None:
    binding = [rule for rule in rules_of("estran-controller") if "bind" in rule["verbs"]]

    assert [rule["resourceNames"] for rule in binding] == [["estran-tenant"]]
    assert verbs("estran-controller", "", "secrets") == set()
    assert verbs("estran-controller", "rbac.authorization.k8s.io", "clusterroles") == {"bind"}


def test_custom_resources_have_a_status_of_their_own_and_columns() -> None:
    for found in crds():
        version = found["spec"]["versions"][0]
        assert version["subresources"] == {"status": {}}
        assert len(version["additionalPrinterColumns"]) > 4
        assert found["metadata"]["name"] == f"{found['spec']['names']['plural']}.tenancy.estran.fr"
    assert {found["spec"]["names"]["kind"]: found["spec"]["scope"] for found in crds()} == {
        "Tenant": "Cluster", "NamespaceRequest": "Namespaced"}


def test_priorities_put_the_platform_first_and_batch_last() -> None:
    values = {found["metadata"]["name"]: found["value"] for found in priority_classes()}

    assert values["estran-platform"] > values["estran-production"] > 0 > values["estran-batch"]
    assert not any(found["globalDefault"] for found in priority_classes())
    assert [found["metadata"]["name"] for found in priority_classes() if found["preemptionPolicy"] == "Never"] \
        == ["estran-batch"]
