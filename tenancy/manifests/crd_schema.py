"""Pieces of OpenAPI schema that both custom resources use."""

from __future__ import annotations

from tenancy.manifests.kinds import Manifest

DNS_LABEL = r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$"
_CPU = r"^([0-9]+m?|[0-9]+\.[0-9]{1,3})$"
_BYTES = r"^(0|[0-9]+(Ki|Mi|Gi|Ti|Pi))$"


def text(longest: int, pattern: str = "") -> Manifest:
    """Return the schema of a bounded text."""
    return {"type": "string", "maxLength": longest, **({"pattern": pattern} if pattern else {})}


def dns_label() -> Manifest:
    """Return the schema of a DNS label that starts with a letter (RFC 1035)."""
    return {**text(63, DNS_LABEL), "minLength": 1}


def date_text() -> Manifest:
    """Return the schema of a calendar date (ISO 8601)."""
    return {"type": "string", "format": "date"}


def quota() -> Manifest:
    """Return the schema of a quota, written as in the site file; a size must carry a binary unit."""
    def quantity(pattern: str) -> Manifest:
        return {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}],
                "pattern": pattern, "maxLength": 20, "minimum": 0}

    def count() -> Manifest:
        return {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}],
                "pattern": r"^[0-9]+$", "maxLength": 8, "minimum": 0}

    return {"type": "object", "properties": {
        "cpu": quantity(_CPU), "memory": quantity(_BYTES), "storage": quantity(_BYTES),
        "gpu": count(), "pods": count(), "services": count(), "volumes": count()}}


def conditions() -> Manifest:
    """Return the schema of conditions (metav1.Condition), one of each type."""
    item = {"type": "object", "required": ["type", "status", "lastTransitionTime", "reason", "message"], "properties": {
        "type": text(316), "status": {"type": "string", "enum": ["True", "False", "Unknown"]},
        "observedGeneration": {"type": "integer", "minimum": 0},
        "lastTransitionTime": {"type": "string", "format": "date-time"},
        "reason": text(1024), "message": text(32768)}}
    return {"type": "array", "items": item, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]}
