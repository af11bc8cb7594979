"""What a served model is made of: a Deployment that asks for GPUs, and a Service, its only way in."""

from __future__ import annotations

from typing import Any

from infra.inventory import labels
from infra.inventory.catalogue import ServedModel
from infra.inventory.names import MODELS_NAMESPACE
from infra.inventory.quantities import format_bytes, format_cpu
from infra.inventory.site import Site

UID = 10001
# Failure domains over which replicas are spread: the enclosure (rack or tank), then the preferred feed.
SPREAD_OVER = (labels.ENCLOSURE, labels.FEED)


def model_manifests(site: Site, model_id: str) -> list[dict[str, Any]]:
    """Return the Deployment, Service and NetworkPolicy of one model of the catalogue."""
    model = site.models[model_id]
    marks = labels.managed(model_id, **{labels.SITE: site.id})
    meta = {"name": model_id, "namespace": MODELS_NAMESPACE, "labels": marks}
    selector = {labels.NAME: model_id}
    return [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": {
            "replicas": model.replicas if model.residence == "resident" else 0,
            "selector": {"matchLabels": selector},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}},
            "template": {"metadata": {"labels": marks}, "spec": _pod(model, selector)},
        }},
        {"apiVersion": "v1", "kind": "Service", "metadata": meta,
         "spec": {"selector": selector, "ports": [{"name": "http", "port": 80, "targetPort": model.port}]}},
        _network_policy(site, model_id, meta, selector),
    ]


def _pod(model: ServedModel, selector: dict[str, str]) -> dict[str, Any]:
    pod: dict[str, Any] = {
        "priorityClassName": "estran-production", "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": UID, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [_container(model)],
        "tolerations": [{"key": labels.GPU_RESOURCE, "operator": "Exists", "effect": "NoSchedule"}],
        "topologySpreadConstraints": [
            {"maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": "DoNotSchedule",
             "nodeTaintsPolicy": "Honor", "labelSelector": {"matchLabels": selector}}
            for key in SPREAD_OVER
        ],
    }
    if model.gpu_product:
        pod["nodeSelector"] = {labels.GPU_PRODUCT: model.gpu_product}
    return pod


def _container(model: ServedModel) -> dict[str, Any]:
    resources = {"cpu": format_cpu(model.cpu), "memory": format_bytes(model.memory)}
    if model.gpu_per_replica:
        resources[labels.GPU_RESOURCE] = str(model.gpu_per_replica)
    return {
        "name": "server", "image": model.image,
        "ports": [{"name": "http", "containerPort": model.port}],
        "resources": {"requests": resources, "limits": resources},
        "readinessProbe": {"httpGet": {"path": "/health", "port": "http"}, "periodSeconds": 10},
        "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                            "capabilities": {"drop": ["ALL"]}},
    }


def _network_policy(site: Site, model_id: str, meta: dict[str, Any], selector: dict[str, str]) -> dict[str, Any]:
    """Let in the tenants that may use the model, on its port, and nothing else; let nothing out."""
    model = site.models[model_id]
    allowed = sorted(model.tenants or site.tenants)
    return {
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta,
        "spec": {
            "podSelector": {"matchLabels": selector}, "policyTypes": ["Ingress", "Egress"], "egress": [],
            "ingress": [{
                "from": [{"namespaceSelector": {"matchExpressions": [
                    {"key": labels.TENANT, "operator": "In", "values": allowed}]}}],
                "ports": [{"protocol": "TCP", "port": model.port}],
            }],
        },
    }
