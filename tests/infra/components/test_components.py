"""Each component: what it registers, and that a secret stays one."""

from __future__ import annotations

import pulumi
import pytest

from infra.components.cluster import ClusterArgs
from infra.components.platform_base import PlatformBase, PlatformBaseArgs
from infra.components.postgresql import Postgresql, PostgresqlArgs
from infra.components.tenant_space import TenantSpace, TenantSpaceArgs
from infra.inventory.site import Site
from infra.programs.models import models
from infra.programs.tenants import tenants
from tests.infra.components.recording import recorded


def kinds(site: Site, register: object) -> list[str]:
    del site
    assert callable(register)
    return [args.typ.rpartition(":")[2] for args in recorded(register)]


def test_the_platform_lays_its_foundations_first(demo: Site) -> None:
    found = kinds(demo, lambda provider: PlatformBase("platform", PlatformBaseArgs(demo, provider)))
    foundations = {"Namespace", "CustomResourceDefinition", "ValidatingAdmissionPolicy"}
    last = max(found.index(kind) for kind in foundations)
    assert {"PriorityClass", "ClusterRole", "ValidatingAdmissionPolicyBinding"} <= set(found)
    assert all(found.index(kind) > last or kind in foundations
               for kind in ("ValidatingAdmissionPolicyBinding", "PriorityClass"))


def test_a_policy_comes_before_the_binding_that_switches_it_on(demo: Site) -> None:
    seen = recorded(lambda provider: PlatformBase("platform", PlatformBaseArgs(demo, provider)))
    order = {args.name: place for place, args in enumerate(seen)}
    for name in order:
        kind, _slash, policy = name.partition("/")
        if kind == "validatingadmissionpolicybinding":
            assert order[f"validatingadmissionpolicy/{policy}"] < order[name]


def test_the_password_is_registered_as_a_secret(demo: Site) -> None:
    def register(provider: pulumi.ProviderResource) -> None:
        password = pulumi.Output.secret("correct horse")
        Postgresql("postgresql", PostgresqlArgs(demo, "postgresql", password, provider))

    [secret] = [args for args in recorded(register) if args.typ.endswith(":Secret")]
    sealed = secret.inputs["stringData"]
    assert "4dabf18193072939515e22adb298388d" in str(sealed), "Pulumi's mark of a secret"


@pytest.mark.parametrize("tenant_id", ["region", "agglo", "les-sables", "la-dune"])
def test_a_tenant_space_is_that_tenant_s_alone(demo: Site, tenant_id: str) -> None:
    others = [name for name in demo.tenants if name != tenant_id]
    for args in recorded(lambda provider: TenantSpace(tenant_id, TenantSpaceArgs(demo, tenant_id, provider))):
        place = args.inputs["metadata"].get("namespace", args.inputs["metadata"]["name"])
        assert not any(place.startswith((f"{other}-", f"tenant-{other}")) for other in others), args.name


def test_programs_are_one_component_per_noun(demo: Site) -> None:
    def namespaces(program: object) -> int:
        assert callable(program)
        return sum(args.typ.endswith(":Namespace") for args in recorded(lambda provider: program(demo, provider)))

    doors, spaces = len(demo.tenants), sum(len(tenant.namespaces) for tenant in demo.tenants.values())
    assert namespaces(tenants) == doors + spaces
    assert namespaces(models) == 0


def test_cluster_arguments_can_not_be_changed() -> None:
    from pathlib import Path

    args = ClusterArgs(Path("x"), "c", "u")
    with pytest.raises(AttributeError):
        args.uid = "other"  # type: ignore[misc]
