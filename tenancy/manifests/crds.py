"""The custom resources: `Tenant` (whole cluster) and `NamespaceRequest` (in the tenant's door)."""

from __future__ import annotations

from infra.inventory import labels
from tenancy.manifests.crd_request import request_schema
from tenancy.manifests.crd_schema import conditions, date_text, quota, text
from tenancy.manifests.kinds import Manifest, meta

_COLUMN_AGE = {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}


def crds() -> list[Manifest]:
    """Return both CustomResourceDefinitions; their status is a subresource that tenants can't write."""
    return [
        _crd("Tenant", "tenants", "Cluster", ["tn"], _tenant_schema(), [
            _column("Kind", ".spec.kind"), _column("Convention", ".spec.convention.number"),
            _column("Ends", ".spec.convention.ends"), _column("CPU", ".spec.convention.quota.cpu"),
            _column("Memory", ".spec.convention.quota.memory"), _column("GPU", ".spec.convention.quota.gpu"),
            _column("CPU-left", ".status.left.cpu"), _column("Memory-left", ".status.left.memory"),
            _column("Namespaces", ".status.namespaces", "integer")]),
        _crd("NamespaceRequest", "namespacerequests", "Namespaced", ["nsr"], request_schema(), [
            _column("Tenant", ".spec.tenant"), _column("Name", ".spec.name"),
            _column("Decision", ".status.decision"), _column("Rule", ".status.rule"),
            _column("Ready", ".status.conditions[?(@.type=='Ready')].status"),
            _column("Namespace", ".status.namespace")]),
    ]


def _crd(kind: str, plural: str, scope: str, short: list[str], schema: Manifest, columns: list[Manifest]) -> Manifest:
    return {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": meta(f"{plural}.{labels.API_GROUP}"),
        "spec": {
            "group": labels.API_GROUP, "scope": scope,
            "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower(),
                      "shortNames": short, "categories": ["estran"]},
            "versions": [{
                "name": labels.API_VERSION, "served": True, "storage": True,
                "schema": {"openAPIV3Schema": schema}, "subresources": {"status": {}},
                "additionalPrinterColumns": [*columns, _COLUMN_AGE]}],
        },
    }


def _column(name: str, path: str, kind: str = "string") -> Manifest:
    return {"name": name, "type": kind, "jsonPath": path}


def _tenant_schema() -> Manifest:
    convention = {"type": "object", "required": ["number", "starts", "ends", "quota"], "properties": {
        "number": text(80), "starts": date_text(), "ends": date_text(), "quota": quota(),
        "namespacesMax": {"type": "integer", "minimum": 1},
        "grants": {"type": "array", "maxItems": 10, "items": text(40)}}}
    spec = {"type": "object", "required": ["name", "kind", "group", "convention"], "properties": {
        "name": text(200), "kind": text(40), "siret": text(14), "group": text(200), "contact": text(200),
        "parent": text(63), "convention": convention}}
    status = {"type": "object", "properties": {
        "observedGeneration": {"type": "integer"}, "namespaces": {"type": "integer"},
        "committed": quota(), "granted": quota(), "left": quota(), "conditions": conditions()}}
    return {"type": "object", "required": ["spec"],
            "description": "A public body and its convention, as the site file states them.",
            "properties": {"spec": spec, "status": status}}
