"""What a tenant is refused by the real API server, as the tenant's own identity; each refusal names its policy."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.inventory.site import Site
from tenancy.manifests.policies import policies
from tests.tenancy.engine.conftest import Identity, eventually, request_manifest

pytestmark = pytest.mark.engine
TENANT, HOME = "les-sables", "les-sables-site-web"
APP = {"app.kubernetes.io/name": "site"}
GOOD_CONTAINER: dict[str, Any] = {
    "name": "web", "image": "registry.demo.internal/web:1",
    "securityContext": {"allowPrivilegeEscalation": False, "runAsNonRoot": True, "capabilities": {"drop": ["ALL"]},
                        "seccompProfile": {"type": "RuntimeDefault"}}}
GOOD_POD: dict[str, Any] = {"containers": [GOOD_CONTAINER]}


def container(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(GOOD_CONTAINER), **changes}


def pod(labels: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {
        "name": "essai", "namespace": HOME, "labels": APP if labels is None else labels}, "spec": {**GOOD_POD, **spec}}


def deployment(
    labels: dict[str, str] | None = None, template: dict[str, str] | None = None, **spec: Any
) -> dict[str, Any]:
    inner = {**APP, "app": "x"} if template is None else template
    return {"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "essai", "namespace": HOME, "labels": APP if labels is None else labels},
            "spec": {"replicas": 0, "selector": {"matchLabels": {"app": "x"}},
                     "template": {"metadata": {"labels": inner}, "spec": {**GOOD_POD, **spec}}}}


def cron_job(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "batch/v1", "kind": "CronJob",
            "metadata": {"name": "essai", "namespace": HOME, "labels": APP},
            "spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": {
                "metadata": {"labels": APP}, "spec": {**GOOD_POD, "restartPolicy": "Never", **spec}}}}}}


def service(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "essai", "namespace": HOME},
            "spec": {"ports": [{"port": 80}], "selector": APP, **spec}}


def network(name: str = "essai", **spec: Any) -> dict[str, Any]:
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"name": name, "namespace": HOME},
            "spec": {"podSelector": {}, **spec}}


Refusal = tuple[str, dict[str, Any], str, str]
REFUSALS: list[Refusal] = [
    ("image", deployment(containers=[container(image="docker.io/library/nginx")]), "estran-registries",
     "image docker.io/library/nginx does not come from an allowed registry (registry.demo.internal); "
     "write registry.demo.internal/name:tag"),
    ("image-lookalike", pod(containers=[container(image="registry.demo.internal.example.org/web")]),
     "estran-registries", "image registry.demo.internal.example.org/web does not come"),
    ("image-without-host", pod(containers=[container(image="nginx")]), "estran-registries",
     "image nginx does not come"),
    ("image-init", pod(initContainers=[container(name="init", image="quay.io/x")]), "estran-registries",
     "image quay.io/x does not come"),
    ("image-cron-job", cron_job(containers=[container(image="quay.io/x")]), "estran-registries",
     "image quay.io/x does not come"),
    ("host-network", deployment(hostNetwork=True), "estran-host-access", "hostNetwork is set; remove it"),
    ("host-pid-ipc", deployment(hostPID=True, hostIPC=True), "estran-host-access",
     "hostPID, hostIPC is set; remove it"),
    ("host-path", deployment(volumes=[{"name": "v", "hostPath": {"path": "/etc"}}]), "estran-host-access",
     "the volume hostPath /etc is the node's own disk; use a PersistentVolumeClaim or emptyDir"),
    ("host-port", deployment(containers=[container(ports=[{"containerPort": 80, "hostPort": 80}])]),
     "estran-host-access", "container web takes a hostPort; remove it and reach the pod through a Service"),
    ("label", deployment(labels={}), "estran-workload-labels",
     'Deployment essai lacks the label app.kubernetes.io/name; write metadata.labels: '
     '{"app.kubernetes.io/name": "your-application"}'),
    ("label-empty", pod(labels={"app.kubernetes.io/name": ""}), "estran-workload-labels", "Pod essai lacks the label"),
    ("label-template", deployment(template={"app": "x"}), "estran-workload-labels",
     "the pods of Deployment essai lack the label app.kubernetes.io/name; write it in the template's labels too"),
    ("node-port", service(type="NodePort"), "estran-services",
     "a Service of type NodePort needs the right node-port in your convention; write type: ClusterIP"),
    ("load-balancer", service(type="LoadBalancer"), "estran-services",
     "a Service of type LoadBalancer needs the right load-balancer in your convention; write type: ClusterIP"),
    ("external-ips", service(externalIPs=["10.20.0.11"]), "estran-services",
     "externalIPs 10.20.0.11 would take others' traffic; remove externalIPs"),
    ("gpu", deployment(containers=[container(resources={"limits": {"nvidia.com/gpu": "1"}})]), "estran-gpus",
     "container web asks for a GPU and this namespace has none; remove nvidia.com/gpu, "
     "or request a namespace with --gpu"),
    ("gpu-slice", pod(containers=[container(resources={
        "limits": {"nvidia.com/mig-1g.12gb": "1"}, "requests": {"nvidia.com/mig-1g.12gb": "1"}})]), "estran-gpus",
     "container web asks for a GPU"),
    ("priority", deployment(priorityClassName="estran-platform"), "estran-scheduling",
     "priorityClassName estran-platform is the platform's; write estran-production or estran-batch, or nothing"),
    ("node-name", pod(nodeName="worker-1"), "estran-scheduling", "nodeName worker-1 goes round the scheduler"),
    ("toleration", deployment(tolerations=[{"operator": "Exists"}]), "estran-scheduling",
     "the toleration of * would reach the control plane; remove it"),
    ("egress", network(policyTypes=["Egress"], egress=[{}]), "estran-network",
     "the network policy essai opens a way out, which needs the right external-egress in your convention; "
     "write ingress rules only"),
    ("reserved-network-policy", network("estran-mine", policyTypes=["Ingress"]), "estran-network",
     "the network policy estran-mine belongs to the platform; write your own under another name"),
    ("others-request", request_manifest("la-dune", "x", door="tenant-les-sables"), "estran-ownership",
     "a request for la-dune is not made here; write it in the namespace tenant-la-dune"),
    ("others-name", request_manifest(TENANT, "x", requestedBy="somebody-else"), "estran-ownership",
     "requestedBy somebody-else is somebody else; write your own user name, or leave it out"),
]


@pytest.mark.parametrize(("manifest", "policy", "said"), [case[1:] for case in REFUSALS],
                         ids=[case[0] for case in REFUSALS])
def test_a_policy_refuses_and_says_what_to_write(
    agent: Callable[[str], Identity], manifest: dict[str, Any], policy: str, said: str
) -> None:
    answer = agent(TENANT).create(manifest)

    assert answer.status_code == 403, answer.text
    message = answer.json()["message"]
    assert f"ValidatingAdmissionPolicy '{policy}'" in message
    assert f"denied request: {policy}: {said}" in message
    assert " / " in message  # and in French


@pytest.mark.parametrize("manifest", [
    pod(), deployment(), cron_job(), service(), network(policyTypes=["Ingress"], ingress=[{}]),
    deployment(priorityClassName="estran-batch"), request_manifest(TENANT, "x", requestedBy="les-sables-agent"),
], ids=["pod", "deployment", "cron-job", "service", "ingress-policy", "priority", "request"])
def test_what_is_in_order_is_taken(agent: Callable[[str], Identity], manifest: dict[str, Any]) -> None:
    answer = agent(TENANT).create(manifest, dry_run=True)

    assert answer.status_code == 201, answer.text


@pytest.fixture
def running_pod(agent: Callable[[str], Identity]) -> Iterator[str]:
    assert agent(TENANT).create(pod()).status_code == 201
    yield "essai"
    agent(TENANT).call("DELETE", agent(TENANT).path("Pod", HOME, "essai"), gracePeriodSeconds="0")
    eventually(lambda: _assert(not agent(TENANT).exists("Pod", HOME, "essai")))


def _assert(holds: bool) -> None:
    assert holds


def test_a_debug_container_from_elsewhere_is_refused(agent: Callable[[str], Identity], running_pod: str) -> None:
    tenant = agent(TENANT)
    path = tenant.path("Pod", HOME, running_pod) + "/ephemeralcontainers"
    debug = {"spec": {"ephemeralContainers": [container(name="debug", image="docker.io/busybox")]}}
    answer = tenant.call("PATCH", path, debug, "application/strategic-merge-patch+json")

    assert answer.status_code == 403, answer.text
    assert "estran-registries: image docker.io/busybox does not come" in answer.json()["message"]


def test_the_default_network_policies_can_not_be_changed_or_removed(agent: Callable[[str], Identity]) -> None:
    tenant = agent(TENANT)
    opened = tenant.patch("NetworkPolicy", HOME, "estran-default-deny", {"spec": {"policyTypes": ["Ingress"]}})
    removed = tenant.delete("NetworkPolicy", HOME, "estran-default-deny")

    for answer in (opened, removed):
        assert answer.status_code == 403
        message = answer.json()["message"]
        assert "estran-network: the network policy estran-default-deny belongs to the platform" in message


@pytest.mark.parametrize(("said", "spec"), [
    ('violates PodSecurity "restricted:v1.35": allowPrivilegeEscalation != false',
     {"containers": [container(securityContext={
         **GOOD_CONTAINER["securityContext"], "allowPrivilegeEscalation": True})]}),
    ('violates PodSecurity "restricted:v1.35": runAsNonRoot != true',
     {"containers": [container(securityContext={
         "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]},
         "seccompProfile": {"type": "RuntimeDefault"}})]}),
    ("exceeded quota: estran-quota",
     {"containers": [container(name=f"c{number}", resources={"requests": {"cpu": "1500m"}, "limits": {"cpu": "1500m"}})
                     for number in range(3)]}),
    ("maximum cpu usage per Container is 4, but limit is 5",
     {"containers": [container(resources={"requests": {"cpu": "5"}, "limits": {"cpu": "5"}})]}),
], ids=["escalation", "root", "quota", "limit"])
def test_pod_security_quota_and_limits_refuse(
    agent: Callable[[str], Identity], said: str, spec: dict[str, Any]
) -> None:
    answer = agent(TENANT).create(pod(**spec))

    assert answer.status_code == 403, answer.text
    assert said in answer.json()["message"]


@pytest.mark.parametrize(("kind", "namespace", "verb", "name"), [
    ("ResourceQuota", HOME, "patch", "estran-quota"), ("ResourceQuota", HOME, "delete", "estran-quota"),
    ("LimitRange", HOME, "patch", "estran-limits"), ("LimitRange", HOME, "delete", "estran-limits"),
    ("RoleBinding", HOME, "patch", "estran-tenant"), ("RoleBinding", HOME, "delete", "estran-tenant"),
    ("Namespace", "", "patch", HOME), ("Namespace", "", "delete", HOME),
    ("Pod", "la-dune-etat-civil", "list", ""), ("Secret", "la-dune-etat-civil", "list", ""),
    ("NamespaceRequest", "tenant-la-dune", "list", ""), ("Tenant", "", "get", "la-dune"),
    ("Pod", "tenant-les-sables", "list", ""), ("Secret", "kube-system", "list", ""), ("Namespace", "", "list", ""),
    ("Tenant", "", "patch", "les-sables"), ("ConfigMap", "estran-system", "list", ""),
])
def test_a_tenant_has_no_right_beyond_its_own_work(
    agent: Callable[[str], Identity], kind: str, namespace: str, verb: str, name: str
) -> None:
    tenant = agent(TENANT)
    answer = {
        "patch": lambda: tenant.patch(kind, namespace, name, {"metadata": {"labels": {"a": "b"}}}),
        "delete": lambda: tenant.delete(kind, namespace, name),
    }.get(verb, lambda: tenant.call("GET", tenant.path(kind, namespace, name)))()

    assert answer.status_code == 403, answer.text
    assert f'User "{TENANT}-agent" cannot {verb} resource' in answer.json()["message"]


def test_a_tenant_can_not_give_itself_a_role(agent: Callable[[str], Identity]) -> None:
    answer = agent(TENANT).create({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": {"name": "mine", "namespace": HOME},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": f"{TENANT}-agent"}]})

    assert answer.status_code == 403
    assert "cannot create resource" in answer.json()["message"]


def test_a_tenant_can_not_answer_its_own_request(admin: Identity, agent: Callable[[str], Identity]) -> None:
    tenant = agent(TENANT)
    answer = tenant.call("PATCH", tenant.path("NamespaceRequest", "tenant-les-sables", "any") + "/status",
                         {"status": {"decision": "Granted"}}, "application/merge-patch+json")

    assert answer.status_code == 403
    assert "namespacerequests/status" in answer.json()["message"]


def test_every_policy_is_refused_by_above(demo: Site) -> None:
    seen = {case[2] for case in REFUSALS}

    assert {policy.name for policy in policies(demo)} - seen == {"estran-identity"}  # in test_identity
