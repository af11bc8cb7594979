"""Rights: what a tenant, a requester and the controller may do. Nothing here lets a tenant move its own limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from infra.inventory import labels
from infra.inventory.names import SYSTEM_NAMESPACE
from tenancy.manifests.kinds import Manifest, meta

TENANT_ROLE = "estran-tenant"
REQUESTER_ROLE = "estran-requester"
CONTROLLER_ROLE = "estran-controller"
CONTROLLER_GROUP = "estran:controller"
_RBAC = "rbac.authorization.k8s.io"
_READ = ("get", "list", "watch")
_WORK = (*_READ, "create", "update", "patch", "delete", "deletecollection")


def tenant_binding(namespace: str, group: str, marks: Mapping[str, str]) -> Manifest:
    """Return the binding that lets a tenant's group work in one of its namespaces."""
    return {"apiVersion": f"{_RBAC}/v1", "kind": "RoleBinding", "metadata": meta(TENANT_ROLE, namespace, marks),
            "roleRef": _role_ref("ClusterRole", TENANT_ROLE), "subjects": [_group(group)]}


def cluster_roles() -> list[Manifest]:
    """Return the ClusterRoles of tenants and requesters."""
    return [
        _cluster_role(TENANT_ROLE, [
            _rule("", ["pods", "services", "configmaps", "secrets", "persistentvolumeclaims", "serviceaccounts"],
                  _WORK),
            _rule("", ["pods/exec", "pods/portforward", "pods/attach", "pods/eviction"], ["create", "get"]),
            _rule("", ["pods/ephemeralcontainers"], ["get", "update", "patch"]),
            _rule("", ["pods/log", "pods/status", "namespaces"], ["get"]),
            _rule("", ["events", "endpoints", "resourcequotas", "limitranges"], _READ),
            _rule("apps", ["deployments", "statefulsets", "daemonsets", "replicasets"], _WORK),
            _rule("apps", ["deployments/scale", "statefulsets/scale", "replicasets/scale"], ["get", "update", "patch"]),
            _rule("batch", ["jobs", "cronjobs"], _WORK),
            _rule("autoscaling", ["horizontalpodautoscalers"], _WORK),
            _rule("policy", ["poddisruptionbudgets"], _WORK),
            _rule("networking.k8s.io", ["ingresses", "networkpolicies"], _WORK),
            _rule("discovery.k8s.io", ["endpointslices"], _READ),
            _rule("events.k8s.io", ["events"], _READ),
        ]),
        # `delete` gives a namespace back; `update` is for the deletion policy, all the rest of a request is immutable.
        _cluster_role(REQUESTER_ROLE, [
            _rule(labels.API_GROUP, ["namespacerequests"], [*_READ, "create", "update", "patch", "delete"]),
            _rule("", ["resourcequotas"], _READ),
        ]),
    ]


def controller_access() -> list[Manifest]:
    """Return the controller's rights: it makes namespaces and binds tenants to their role, and to no other."""
    marks = [_rule(labels.API_GROUP, ["tenants", "namespacerequests"], _READ),
             _rule(labels.API_GROUP, ["tenants/status", "namespacerequests/status"], ["get", "update", "patch"]),
             _rule("apiextensions.k8s.io", ["customresourcedefinitions"], _READ),
             _rule("", ["namespaces"], [*_READ, "create", "update", "patch", "delete"]),
             _rule("", ["resourcequotas", "limitranges"], [*_READ, "create", "update", "patch"]),
             _rule("", ["resourcequotas/status"], ["get", "update", "patch"]),
             _rule("networking.k8s.io", ["networkpolicies"], [*_READ, "create", "update", "patch"]),
             _rule(_RBAC, ["rolebindings"], [*_READ, "create", "update", "patch"]),
             {**_rule(_RBAC, ["clusterroles"], ["bind"]), "resourceNames": [TENANT_ROLE]}]
    books = _rule("", ["configmaps"], ["get", "create", "update", "patch"])
    return [
        _cluster_role(CONTROLLER_ROLE, marks),
        {"apiVersion": f"{_RBAC}/v1", "kind": "ClusterRoleBinding", "metadata": meta(CONTROLLER_ROLE),
         "roleRef": _role_ref("ClusterRole", CONTROLLER_ROLE), "subjects": [_group(CONTROLLER_GROUP)]},
        {"apiVersion": f"{_RBAC}/v1", "kind": "Role", "metadata": meta(CONTROLLER_ROLE, SYSTEM_NAMESPACE),
         "rules": [books]},
        {"apiVersion": f"{_RBAC}/v1", "kind": "RoleBinding", "metadata": meta(CONTROLLER_ROLE, SYSTEM_NAMESPACE),
         "roleRef": _role_ref("Role", CONTROLLER_ROLE), "subjects": [_group(CONTROLLER_GROUP)]},
    ]


def _cluster_role(name: str, rules: Sequence[Manifest]) -> Manifest:
    return {"apiVersion": f"{_RBAC}/v1", "kind": "ClusterRole", "metadata": meta(name), "rules": list(rules)}


def _rule(group: str, resources: Sequence[str], verbs: Sequence[str]) -> Manifest:
    return {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}


def _role_ref(kind: str, name: str) -> Manifest:
    return {"apiGroup": _RBAC, "kind": kind, "name": name}


def _group(name: str) -> Manifest:
    return {"apiGroup": _RBAC, "kind": "Group", "name": name}
