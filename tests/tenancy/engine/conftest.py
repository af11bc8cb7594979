"""Identities on the real API server, and waiting for what the cluster does by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import kubernetes
import pytest
import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from infra.inventory.labels import API_GROUP
from infra.inventory.site import Site
from lab.state import LabState

TENANCY = f"/apis/{API_GROUP}/v1alpha1"
WAIT_S = 60
_PREFIXES = {
    "Pod": ("/api/v1", "pods"), "Service": ("/api/v1", "services"), "ConfigMap": ("/api/v1", "configmaps"),
    "Namespace": ("/api/v1", "namespaces"), "ResourceQuota": ("/api/v1", "resourcequotas"),
    "LimitRange": ("/api/v1", "limitranges"), "Deployment": ("/apis/apps/v1", "deployments"),
    "Secret": ("/api/v1", "secrets"), "StatefulSet": ("/apis/apps/v1", "statefulsets"),
    "PersistentVolumeClaim": ("/api/v1", "persistentvolumeclaims"),
    "CronJob": ("/apis/batch/v1", "cronjobs"), "Job": ("/apis/batch/v1", "jobs"),
    "NetworkPolicy": ("/apis/networking.k8s.io/v1", "networkpolicies"),
    "RoleBinding": ("/apis/rbac.authorization.k8s.io/v1", "rolebindings"),
    "ClusterRole": ("/apis/rbac.authorization.k8s.io/v1", "clusterroles"),
    "ClusterRoleBinding": ("/apis/rbac.authorization.k8s.io/v1", "clusterrolebindings"),
    "Tenant": (TENANCY, "tenants"), "NamespaceRequest": (TENANCY, "namespacerequests"),
    "ValidatingAdmissionPolicyBinding": ("/apis/admissionregistration.k8s.io/v1", "validatingadmissionpolicybindings"),
}


class Identity:
    """One kubeconfig's identity, speaking plain HTTP to the API server."""

    def __init__(self, kubeconfig: Path) -> None:
        configuration = kubernetes.client.Configuration()
        kubernetes.config.load_kube_config(str(kubeconfig), client_configuration=configuration)
        self.server = configuration.host
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = configuration.ssl_ca_cert
        self.session.cert = (configuration.cert_file, configuration.key_file)

    def path(self, kind: str, namespace: str = "", name: str = "") -> str:
        prefix, plural = _PREFIXES[kind]
        middle = f"/namespaces/{namespace}" if namespace else ""
        return f"{prefix}{middle}/{plural}" + (f"/{name}" if name else "")

    def call(
        self, method: str, path: str, body: Any = None, kind: str = "application/json", **query: str
    ) -> requests.Response:
        return self.session.request(method, self.server + path, json=body, params=query, timeout=30,
                                    headers={"Content-Type": kind})

    def create(self, manifest: dict[str, Any], dry_run: bool = False) -> requests.Response:
        path = self.path(manifest["kind"], manifest["metadata"].get("namespace", ""))
        return self.call("POST", path, manifest, **({"dryRun": "All"} if dry_run else {}))

    def get(self, kind: str, namespace: str = "", name: str = "", **query: str) -> Any:
        answer = self.call("GET", self.path(kind, namespace, name), **query)
        answer.raise_for_status()
        return answer.json()

    def exists(self, kind: str, namespace: str = "", name: str = "") -> bool:
        return self.call("GET", self.path(kind, namespace, name)).status_code == 200

    def patch(self, kind: str, namespace: str, name: str, body: Any, dry_run: bool = False) -> requests.Response:
        return self.call("PATCH", self.path(kind, namespace, name), body, "application/merge-patch+json",
                         **({"dryRun": "All"} if dry_run else {}))

    def delete(self, kind: str, namespace: str, name: str, dry_run: bool = False) -> requests.Response:
        return self.call("DELETE", self.path(kind, namespace, name), **({"dryRun": "All"} if dry_run else {}))

    def apply(self, manifest: dict[str, Any]) -> requests.Response:
        metadata = manifest["metadata"]
        return self.call("PATCH", self.path(manifest["kind"], metadata.get("namespace", ""), metadata["name"]),
                         manifest, "application/apply-patch+yaml", fieldManager="test", force="true")


def eventually(check: Callable[[], Any], seconds: float = WAIT_S) -> Any:
    """Return what `check` returns once it no longer fails an assertion."""
    for attempt in Retrying(stop=stop_after_delay(seconds), wait=wait_fixed(0.05), reraise=True,
                            retry=retry_if_exception_type(AssertionError)):
        with attempt:
            value = check()
    return value


@pytest.fixture(scope="session")
def admin(lab: LabState) -> Identity:
    return Identity(lab.kubeconfig)


@pytest.fixture(scope="session")
def agent(lab: LabState) -> Callable[[str], Identity]:
    """The identity that acts for a tenant."""
    known: dict[str, Identity] = {}

    def of(tenant: str) -> Identity:
        return known.setdefault(tenant, Identity(lab.tenant_kubeconfig(tenant)))

    return of


@pytest.fixture
def leave(admin: Identity, agent: Callable[[str], Identity]) -> Iterator[Callable[..., dict[str, Any]]]:
    """Leave requests as the tenant does; when the test ends they are taken back with their namespaces."""
    left: list[dict[str, Any]] = []

    def leave_request(tenant: str, name: str, **spec: Any) -> dict[str, Any]:
        answer = agent(tenant).create(request_manifest(tenant, name, **spec))
        assert answer.status_code == 201, answer.text
        left.append(answer.json())
        return left[-1]

    yield leave_request
    remove(admin, left)


def request_manifest(tenant: str, name: str, door: str = "", **spec: Any) -> dict[str, Any]:
    """Return a request; figures of the quota are given by their short names."""
    figures = ("cpu", "memory", "storage", "gpu", "pods", "services", "volumes")
    quota = {"cpu": "100m", "memory": "128Mi", "pods": 1, "services": 0, "volumes": 0,
             **{key: spec.pop(key) for key in figures if key in spec}}
    return {"apiVersion": f"{API_GROUP}/v1alpha1", "kind": "NamespaceRequest",
            "metadata": {"generateName": f"{name}-", "namespace": door or f"tenant-{tenant}"},
            "spec": {"tenant": tenant, "name": name, "purpose": "essai", "quota": quota, **spec}}


def remove(admin: Identity, requests_left: list[dict[str, Any]]) -> None:
    """Give requests and their namespaces back; `settled` waits until they are gone."""
    for found in requests_left:
        metadata = found["metadata"]
        admin.patch("NamespaceRequest", metadata["namespace"], metadata["name"], {"spec": {"deletionPolicy": "Delete"}})
        admin.delete("NamespaceRequest", metadata["namespace"], metadata["name"])


def settled(admin: Identity, demo: Site) -> None:
    """Wait until namespaces of requests that were taken back are gone and every tenant's status says so."""
    def check_settled() -> None:
        requests_left = {each["metadata"]["uid"] for each in admin.get("NamespaceRequest")["items"]}
        held: dict[str, int] = {}
        for each in admin.get("Namespace", labelSelector="estran.fr/request")["items"]:
            marks = each["metadata"]["labels"]
            assert marks["estran.fr/request"] in requests_left
            held[marks["estran.fr/tenant"]] = held.get(marks["estran.fr/tenant"], 0) + 1
        for tenant_id, tenant in demo.tenants.items():
            shown = admin.get("Tenant", name=tenant_id).get("status", {}).get("namespaces")
            assert shown == len(tenant.namespaces) + held.get(tenant_id, 0)

    eventually(check_settled)


def answered(admin: Identity, found: dict[str, Any]) -> Any:
    """Wait for the answer to a request and return the request."""
    metadata = found["metadata"]

    def check_answered() -> Any:
        current = admin.get("NamespaceRequest", metadata["namespace"], metadata["name"])
        status = current.get("status", {})
        ready = {each["type"]: each["status"] for each in status.get("conditions", ())}.get("Ready")
        assert status.get("decision") == "Refused" or ready == "True", status
        return current

    return eventually(check_answered)
