"""What a PostgreSQL service is made of."""

from __future__ import annotations

from typing import Any

from infra.inventory import labels
from infra.inventory.catalogue import Service
from infra.inventory.names import SERVICES_NAMESPACE
from infra.inventory.quantities import format_bytes, format_cpu
from infra.inventory.site import Site

PORT = 5432
UID = 999
PASSWORD_HIDDEN = "(secret)"  # noqa: S105  # what an offline plan shows in its place


def postgresql_manifests(site: Site, service_id: str, password: Any = PASSWORD_HIDDEN) -> list[dict[str, Any]]:
    """Return Secret, Service, NetworkPolicy and StatefulSet; `password` may be a value that Pulumi knows later."""
    service = site.services[service_id]
    marks = labels.managed(service_id, **{labels.SITE: site.id})
    meta = {"name": service_id, "namespace": SERVICES_NAMESPACE, "labels": marks}
    selector = {labels.NAME: service_id}
    return [
        {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": {"password": password}},
        {"apiVersion": "v1", "kind": "Service", "metadata": meta,
         "spec": {"clusterIP": "None", "selector": selector, "ports": [{"name": "postgresql", "port": PORT}]}},
        _network_policy(meta, selector),
        {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": meta,
         "spec": _stateful_set(site, service_id, service, marks)},
    ]


def _network_policy(meta: dict[str, Any], selector: dict[str, str]) -> dict[str, Any]:
    clients = [{"namespaceSelector": {"matchExpressions": [{"key": labels.TENANT, "operator": "Exists"}]}}]
    return {
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta,
        "spec": {
            "podSelector": {"matchLabels": selector}, "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": clients, "ports": [{"protocol": "TCP", "port": PORT}]}], "egress": [],
        },
    }


def _stateful_set(site: Site, service_id: str, service: Service, marks: dict[str, str]) -> dict[str, Any]:
    return {
        "serviceName": service_id, "replicas": service.replicas,
        "selector": {"matchLabels": {labels.NAME: service_id}},
        "template": {
            "metadata": {"labels": marks},
            "spec": {
                "priorityClassName": "estran-platform", "automountServiceAccountToken": False,
                "securityContext": {"runAsNonRoot": True, "runAsUser": UID, "fsGroup": UID,
                                    "seccompProfile": {"type": "RuntimeDefault"}},
                "containers": [_container(service_id, service)],
                "volumes": [{"name": "tmp", "emptyDir": {}}],
            },
        },
        "volumeClaimTemplates": [{
            "metadata": {"name": "data"},
            "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": site.cluster.storage_class,
                     "resources": {"requests": {"storage": format_bytes(service.storage)}}},
        }],
    }


def _container(service_id: str, service: Service) -> dict[str, Any]:
    resources = {"cpu": format_cpu(service.cpu), "memory": format_bytes(service.memory)}
    return {
        "name": "postgresql", "image": service.image,
        "ports": [{"name": "postgresql", "containerPort": PORT}],
        "env": [
            {"name": "PGDATA", "value": "/var/lib/postgresql/data/main"},
            {"name": "POSTGRES_PASSWORD", "valueFrom": {"secretKeyRef": {"name": service_id, "key": "password"}}},
        ],
        "resources": {"requests": resources, "limits": resources},
        "readinessProbe": {"exec": {"command": ["pg_isready", "-q"]}, "periodSeconds": 5},
        "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                            "capabilities": {"drop": ["ALL"]}},
        "volumeMounts": [{"name": "data", "mountPath": "/var/lib/postgresql/data"},
                         {"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108  # a path inside the container
    }
