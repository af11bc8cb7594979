"""What the layers leave on a real cluster: the scheduler's own placing, policies at work, no secret in clear."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.inventory import labels
from infra.inventory.site import Site
from lab.state import LabState
from toolchain.environment import engine_environment

pytestmark = pytest.mark.engine


def kubectl(lab: LabState, *arguments: str) -> str:
    environment = {**os.environ, **engine_environment(), "KUBECONFIG": str(lab.kubeconfig)}
    return subprocess.run(["kubectl", *arguments], env=environment, capture_output=True, text=True, check=True).stdout


def items(lab: LabState, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(kubectl(lab, "get", *arguments, "-o", "json"))["items"]
    return found


@pytest.mark.parametrize("model_id", ["redaction", "transcription"])
def test_models_run_on_gpu_nodes_in_different_enclosures_and_feeds(lab: LabState, demo: Site, model_id: str) -> None:
    nodes = {node["metadata"]["name"]: node["metadata"]["labels"] for node in items(lab, "nodes")}
    pods = items(lab, "pods", "-n", "models", "-l", f"{labels.NAME}={model_id}")
    placed = [pod["spec"]["nodeName"] for pod in pods if pod["status"]["phase"] == "Running"]
    assert len(placed) == demo.models[model_id].replicas
    assert all(demo.nodes[name].gpu_count for name in placed)
    assert len({nodes[name][labels.ENCLOSURE] for name in placed}) == 2
    assert {nodes[name][labels.FEED] for name in placed} == {"A", "B"}


def test_gpus_in_use_are_never_more_than_there_are(lab: LabState, demo: Site) -> None:
    used: dict[str, int] = {}
    for pod in items(lab, "pods", "-A"):
        for container in pod["spec"]["containers"]:
            asked = int(container.get("resources", {}).get("requests", {}).get(labels.GPU_RESOURCE, 0))
            used[pod["spec"]["nodeName"]] = used.get(pod["spec"]["nodeName"], 0) + asked
    assert sum(used.values()) == 4
    assert all(count <= demo.nodes[name].gpu_count for name, count in used.items())


def test_postgresql_has_its_volume(lab: LabState) -> None:
    [claim] = items(lab, "pvc", "-n", "services")
    assert claim["status"]["phase"] == "Bound"
    [pod] = items(lab, "pods", "-n", "services")
    assert all(status["ready"] for status in pod["status"]["containerStatuses"])


def test_every_tenant_namespace_has_its_guards(lab: LabState, demo: Site) -> None:
    for namespace in items(lab, "namespaces", "-l", f"{labels.TENANT},{labels.NAMESPACE}"):
        name, marks = namespace["metadata"]["name"], namespace["metadata"]["labels"]
        assert marks["pod-security.kubernetes.io/enforce"] == "restricted"
        assert marks[labels.TENANT] in demo.tenants
        [quota] = items(lab, "resourcequota", "-n", name)
        assert {"requests.cpu", "requests.memory", "requests.storage", "requests.nvidia.com/gpu", "pods", "services",
                "persistentvolumeclaims"} <= quota["spec"]["hard"].keys()
        assert items(lab, "limitrange", "-n", name)
        closed = [policy["spec"] for policy in items(lab, "networkpolicy", "-n", name)
                  if policy["spec"]["podSelector"] == {} and not policy["spec"].get("ingress")
                  and not policy["spec"].get("egress")]
        assert any({"Ingress", "Egress"} <= set(spec["policyTypes"]) for spec in closed), name
        assert items(lab, "rolebinding", "-n", name)


def test_no_secret_is_in_clear_in_the_state(lab: LabState) -> None:
    [secret] = [one for one in items(lab, "secrets", "-n", "services") if one["metadata"]["name"] == "postgresql"]
    password = base64.b64decode(secret["data"]["password"]).decode()
    assert len(password) >= 24
    texts = [path.read_text("utf-8", errors="replace") for folder in (lab.pulumi_backend, _stacks())
             for path in folder.rglob("*") if path.is_file()]
    assert texts
    encoded = secret["data"]["password"]
    assert [text[:80] for text in texts if password in text or encoded in text] == []


def _stacks() -> Path:
    return Path(os.environ["ESTRAN_PROJECT_DIR"], "infra", "stacks")


def test_the_api_server_listens_on_loopback_only(lab: LabState) -> None:
    import psutil

    for running in lab.processes.values():
        for connection in psutil.Process(running.pid).net_connections("inet"):
            if connection.status == psutil.CONN_LISTEN:
                assert connection.laddr.ip in ("127.0.0.1", "::1"), running.name


def test_two_clusters_have_two_identities(lab: LabState) -> None:
    uid = kubectl(lab, "get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}")
    assert uid == lab.cluster_uid
