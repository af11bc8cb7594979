"""Each control is taken away in turn: what it forbids must then pass. A test that stays green proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.inventory.site import Site
from tenancy.manifests.namespace import namespace_manifests
from tenancy.manifests.policies import policies
from tenancy.request import asked_quota
from tests.tenancy.engine.conftest import Identity, eventually, request_manifest
from tests.tenancy.engine.test_refusals import GOOD_CONTAINER, REFUSALS, TENANT, container, pod

pytestmark = pytest.mark.engine
TRIAL = "les-sables-controls"
# Node ports are also refused by the quota: for the policy alone, external addresses are tried.
FORBIDDEN = {case[2]: case[1] for case in reversed(REFUSALS) if case[0] not in ("node-port", "load-balancer")}


@pytest.fixture
def switched_off(admin: Identity) -> Iterator[Callable[[str], None]]:
    """Switch policies off for one test: their bindings stop denying, and deny again at the end."""
    off: list[str] = []

    def switch(name: str, actions: list[str]) -> None:
        answer = admin.patch("ValidatingAdmissionPolicyBinding", "", name, {"spec": {"validationActions": actions}})
        assert answer.ok, answer.text

    def switch_off(name: str) -> None:
        off.append(name)
        switch(name, ["Audit"])

    yield switch_off
    for name in off:
        switch(name, ["Deny"])


@pytest.mark.parametrize("policy", sorted(FORBIDDEN))
def test_without_its_policy_the_forbidden_thing_passes(
    agent: Callable[[str], Identity], switched_off: Callable[[str], None], policy: str
) -> None:
    tenant, forbidden = agent(TENANT), FORBIDDEN[policy]

    def check_refused() -> None:
        assert tenant.create(forbidden, dry_run=True).status_code == 403

    def check_passes() -> None:
        answer = tenant.create(forbidden, dry_run=True)
        assert answer.status_code == 201, answer.text

    eventually(check_refused)
    switched_off(policy)
    eventually(check_passes)


def test_without_the_identity_policy_labels_can_be_changed(
    admin: Identity, agent: Callable[[str], Identity], switched_off: Callable[[str], None]
) -> None:
    from tests.tenancy.engine.test_identity import GIVEN, HOME, TOO_MUCH

    tenant, change = agent(TENANT), {"metadata": {"labels": {"grant.estran.fr/gpu": "true"}}}
    for manifest in (TOO_MUCH, GIVEN):
        assert admin.create(manifest).status_code == 201

    def check_refused_by_policy() -> None:
        assert "estran-identity" in tenant.patch("Namespace", "", HOME, change, dry_run=True).text

    def check_passes() -> None:
        assert tenant.patch("Namespace", "", HOME, change, dry_run=True).ok

    try:
        eventually(check_refused_by_policy)
        switched_off("estran-identity")
        eventually(check_passes)
    finally:
        admin.delete("ClusterRoleBinding", "", "test-namespaces")
        admin.delete("ClusterRole", "", "test-namespaces")


def test_every_policy_is_switched_off_above(demo: Site) -> None:
    assert {policy.name for policy in policies(demo)} == {*FORBIDDEN, "estran-identity"}


@pytest.fixture
def trial(admin: Identity, demo: Site) -> Iterator[Callable[[str], None]]:
    """Make a tenant's namespace from the function of the house, less one of its objects."""
    wanted = namespace_manifests(demo, TENANT, "controls", asked_quota({"cpu": 2, "memory": "2Gi"}), "essai")

    def without(kind: str) -> None:
        for manifest in wanted:
            if manifest["kind"] != kind:
                answer = admin.apply(manifest)
                assert answer.ok, answer.text

        def check_counting() -> None:
            quotas = admin.get("ResourceQuota", TRIAL)["items"]
            assert all("pods" in each.get("status", {}).get("hard", {}) for each in quotas)

        eventually(check_counting)

    yield without
    admin.delete("Namespace", "", TRIAL)

    def check_gone() -> None:
        assert not admin.exists("Namespace", name=TRIAL)

    eventually(check_gone)


def there(manifest: dict[str, Any]) -> dict[str, Any]:
    return {**manifest, "metadata": {**manifest["metadata"], "namespace": TRIAL}}


THREE_CORES = {"requests": {"cpu": "1500m", "memory": "1Gi"}, "limits": {"cpu": "1500m", "memory": "1Gi"}}
TOO_BIG = {"requests": {"cpu": "1", "memory": "3Gi"}, "limits": {"cpu": "1", "memory": "3Gi"}}


@pytest.mark.parametrize(("removed", "also", "forbidden", "said"), [
    ("ResourceQuota", "Service", there(pod(containers=[
        container(name=f"c{number}", resources=THREE_CORES) for number in range(2)])), "exceeded quota: estran-quota"),
    ("LimitRange", "ResourceQuota", there(pod(containers=[container(resources=TOO_BIG)])),
     "maximum memory usage per Container is 2Gi"),
], ids=["quota", "limit-range"])
def test_without_its_budget_a_namespace_takes_too_much(
    admin: Identity, agent: Callable[[str], Identity], trial: Callable[[str], None],
    removed: str, also: str, forbidden: dict[str, Any], said: str
) -> None:
    trial("none")
    tenant = agent(TENANT)

    def check_refused() -> None:
        answer = tenant.create(forbidden, dry_run=True)
        assert answer.status_code == 403 and said in answer.text, answer.text

    eventually(check_refused)
    for kind, name in (("LimitRange", "estran-limits"), ("ResourceQuota", "estran-quota")):
        if kind in (removed, also):
            assert admin.delete(kind, TRIAL, name).ok

    def check_passes() -> None:
        answer = tenant.create(forbidden, dry_run=True)
        assert answer.status_code == 201, answer.text

    eventually(check_passes)


def test_without_its_pod_security_labels_a_namespace_takes_root(
    admin: Identity, agent: Callable[[str], Identity], trial: Callable[[str], None]
) -> None:
    trial("none")
    tenant = agent(TENANT)
    as_root = there(pod(containers=[{key: value for key, value in GOOD_CONTAINER.items() if key != "securityContext"}]))

    def check_refused() -> None:
        assert "violates PodSecurity" in tenant.create(as_root, dry_run=True).text

    eventually(check_refused)
    assert admin.patch("Namespace", "", TRIAL, {"metadata": {"labels": {
        "pod-security.kubernetes.io/enforce": "privileged"}}}).ok

    def check_passes() -> None:
        answer = tenant.create(as_root, dry_run=True)
        assert answer.status_code == 201, answer.text

    eventually(check_passes)


def test_without_its_role_binding_a_tenant_does_nothing(
    agent: Callable[[str], Identity], trial: Callable[[str], None]
) -> None:
    trial("RoleBinding")
    answer = agent(TENANT).create(there(pod()), dry_run=True)

    assert answer.status_code == 403
    assert 'cannot create resource "pods"' in answer.json()["message"]


def test_without_a_binding_to_the_door_a_tenant_asks_nothing(
    admin: Identity, agent: Callable[[str], Identity]
) -> None:
    """The right to ask is the door's role binding: taken away, and given back as it was."""
    tenant, door = agent(TENANT), f"tenant-{TENANT}"
    found = admin.get("RoleBinding", door, "estran-requester")
    subjects = found["subjects"]

    def check(status: int) -> None:
        assert tenant.create(request_manifest(TENANT, "x"), dry_run=True).status_code == status

    assert admin.patch("RoleBinding", door, "estran-requester", {"subjects": []}).ok
    try:
        eventually(lambda: check(403))
    finally:
        assert admin.patch("RoleBinding", door, "estran-requester", {"subjects": subjects}).ok
    eventually(lambda: check(201))
