"""Rights of the lab's own components that Kubernetes does not know by itself."""

from __future__ import annotations

from typing import Any

_API = "rbac.authorization.k8s.io"
_ROLE = "estran-kwok"
_BASE = f"/apis/{_API}/v1"

KWOK_RIGHTS: tuple[tuple[str, dict[str, Any]], ...] = (
    (f"{_BASE}/clusterroles/{_ROLE}", {
        "apiVersion": f"{_API}/v1", "kind": "ClusterRole", "metadata": {"name": _ROLE},
        "rules": [
            {"apiGroups": [""], "resources": ["nodes", "nodes/status", "pods", "pods/status"],
             "verbs": ["get", "list", "watch", "patch", "update"]},
            {"apiGroups": [""], "resources": ["pods"], "verbs": ["delete"]},
            {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"],
             "verbs": ["get", "list", "watch", "create", "patch", "update"]},
            {"apiGroups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
        ],
    }),
    (f"{_BASE}/clusterrolebindings/{_ROLE}", {
        "apiVersion": f"{_API}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": _ROLE},
        "roleRef": {"apiGroup": _API, "kind": "ClusterRole", "name": _ROLE},
        "subjects": [{"apiGroup": _API, "kind": "User", "name": _ROLE}],
    }),
)
