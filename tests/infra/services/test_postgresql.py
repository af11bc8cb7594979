"""What a PostgreSQL service is made of."""

from __future__ import annotations

from typing import Any

from infra.inventory.site import Site
from infra.services.postgresql import postgresql_manifests


def parts(site: Site) -> dict[str, dict[str, Any]]:
    return {manifest["kind"]: manifest for manifest in postgresql_manifests(site, "postgresql", password="p")}


def test_password_is_only_in_the_secret(demo: Site) -> None:
    found = postgresql_manifests(demo, "postgresql", password="correct-horse")
    assert [one["kind"] for one in found if "correct-horse" in str(one)] == ["Secret"]


def test_storage_comes_from_the_site(demo: Site) -> None:
    [claim] = parts(demo)["StatefulSet"]["spec"]["volumeClaimTemplates"]
    assert claim["spec"]["storageClassName"] == "local"
    assert claim["spec"]["resources"]["requests"] == {"storage": "100Gi"}


def test_only_tenants_reach_it_and_it_reaches_nobody(demo: Site) -> None:
    policy = parts(demo)["NetworkPolicy"]["spec"]
    assert policy["egress"] == []
    [rule] = policy["ingress"]
    assert rule["from"] == [{"namespaceSelector": {"matchExpressions": [
        {"key": "estran.fr/tenant", "operator": "Exists"}]}}]
    assert rule["ports"] == [{"protocol": "TCP", "port": 5432}]


def test_it_runs_as_nobody_in_particular(demo: Site) -> None:
    pod = parts(demo)["StatefulSet"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["priorityClassName"] == "estran-platform"
