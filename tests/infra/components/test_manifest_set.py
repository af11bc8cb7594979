"""Registration: names that last, foundations first."""

from __future__ import annotations

import pulumi

from infra.components.manifest_set import ManifestSet, resource_name, type_token
from infra.components.served_model import ServedModel, ServedModelArgs
from infra.components.tenant_space import TenantSpace, TenantSpaceArgs
from infra.inventory.site import Site
from infra.plan.manifests import layer_manifests
from tests.infra.components.recording import recorded

NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}}
QUOTA = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "q", "namespace": "n"}}


def test_type_tokens_are_those_of_the_provider() -> None:
    assert type_token(NAMESPACE) == "kubernetes:core/v1:Namespace"
    assert type_token({"apiVersion": "apps/v1", "kind": "Deployment"}) == "kubernetes:apps/v1:Deployment"


def test_a_resource_is_named_by_its_object_alone() -> None:
    assert resource_name(NAMESPACE) == "namespace/n"
    assert resource_name(QUOTA) == "resourcequota/n/q"


def test_foundations_come_first_whatever_the_order() -> None:
    seen = recorded(lambda provider: ManifestSet("x", [QUOTA, NAMESPACE], provider=provider))
    assert [args.name for args in seen] == ["namespace/n", "resourcequota/n/q"]


def test_every_object_waits_no_longer_than_two_minutes() -> None:
    [args] = recorded(lambda provider: ManifestSet("x", [NAMESPACE], provider=provider))
    assert args.inputs["metadata"]["annotations"] == {"pulumi.com/timeoutSeconds": "120"}


def test_manifests_are_left_as_they_were() -> None:
    recorded(lambda provider: ManifestSet("x", [NAMESPACE], provider=provider))
    assert NAMESPACE["metadata"] == {"name": "n"}


def test_components_register_what_the_plan_prints(demo: Site) -> None:
    def register(provider: pulumi.ProviderResource) -> None:
        for tenant_id in demo.tenants:
            TenantSpace(tenant_id, TenantSpaceArgs(demo, tenant_id, provider))

    names = {args.name for args in recorded(register)}
    assert names == {resource_name(manifest) for manifest in layer_manifests(demo, "tenants")}


def test_models_register_what_the_plan_prints(demo: Site) -> None:
    def register(provider: pulumi.ProviderResource) -> None:
        for model_id in demo.models:
            ServedModel(model_id, ServedModelArgs(demo, model_id, provider))

    names = {args.name for args in recorded(register)}
    assert names == {resource_name(manifest) for manifest in layer_manifests(demo, "models")}
