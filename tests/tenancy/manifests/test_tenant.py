"""A tenant's objects: what it is, its door, its own view, its namespaces."""

from __future__ import annotations

import pytest

from infra.inventory.errors import InventoryError
from infra.inventory.site import Site
from tenancy.manifests.door import door_manifests, door_name, tenant_resource
from tenancy.manifests.kinds import manifest_id
from tenancy.manifests.tenant import tenant_manifests


def test_the_objects_in_the_order_to_apply(demo: Site) -> None:
    names = [manifest_id(manifest) for manifest in tenant_manifests(demo, "les-sables")]

    assert names[:6] == [
        "tenant-les-sables", "clusterrole-estran-tenant-les-sables", "clusterrolebinding-estran-tenant-les-sables",
        "namespace-tenant-les-sables", "resourcequota-tenant-les-sables-estran-door",
        "rolebinding-tenant-les-sables-estran-requester"]
    assert names[6] == "namespace-les-sables-site-web"
    assert names[-1] == "rolebinding-les-sables-site-web-estran-tenant"


def test_every_object_of_every_tenant_has_a_name_of_its_own(demo: Site) -> None:
    names = [manifest_id(manifest) for tenant in demo.tenants for manifest in tenant_manifests(demo, tenant)]

    assert len(names) == len(set(names))
    assert all(name == name.lower() for name in names)


def test_every_object_says_whose_it_is(demo: Site) -> None:
    for tenant in demo.tenants:
        for manifest in tenant_manifests(demo, tenant):
            assert manifest["metadata"]["labels"]["estran.fr/tenant"] == tenant
            assert manifest["metadata"]["labels"]["estran.fr/site"] == "demo"
            assert manifest["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "estran"


def test_the_tenant_object_states_the_convention(demo: Site) -> None:
    found = tenant_resource(demo, "les-sables")

    assert found["apiVersion"] == "tenancy.estran.fr/v1alpha1"
    assert found["spec"]["parent"] == "agglo"
    assert found["spec"]["group"] == "estran:les-sables"
    assert found["spec"]["convention"] == {
        "number": "CONV-2012-003", "starts": "2012-03-01", "ends": "2030-12-31", "grants": [], "namespacesMax": 20,
        "quota": {"cpu": "16", "memory": "64Gi", "storage": "500Gi", "gpu": "0", "pods": "40", "services": "12",
                  "volumes": "12"}}
    assert "parent" not in tenant_resource(demo, "region")["spec"]


def test_nothing_runs_in_a_door(demo: Site) -> None:
    namespace, quota, right = door_manifests(demo, "les-sables")

    assert namespace["metadata"]["labels"]["estran.fr/door"] == "les-sables"
    assert namespace["metadata"]["annotations"] == {"estran.fr/group": "estran:les-sables"}
    assert quota["spec"]["hard"] == {"pods": "0", "services": "0", "persistentvolumeclaims": "0", "secrets": "0"}
    assert right["roleRef"]["name"] == "estran-requester"
    assert [subject["name"] for subject in right["subjects"]] == ["estran:les-sables"]


def test_a_tenant_reads_its_own_object_only(demo: Site) -> None:
    role = tenant_manifests(demo, "les-sables")[1]

    assert role["rules"] == [{"apiGroups": ["tenancy.estran.fr"], "resources": ["tenants"],
                              "resourceNames": ["les-sables"], "verbs": ["get"]}]


def test_an_id_too_long_for_a_door_is_refused() -> None:
    assert len(door_name("a" * 56)) == 63
    with pytest.raises(InventoryError, match=r"too long for its namespace of requests 'tenant-a{57}' \(64 characters"):
        door_name("a" * 57)
