"""The schema of a NamespaceRequest: what a tenant may ask, and what it is answered."""

from __future__ import annotations

from typing import get_args

from infra.inventory.tenancy import Grant
from tenancy.manifests.crd_schema import conditions, dns_label, quota, text
from tenancy.manifests.kinds import Manifest

DELETION_POLICIES = ("Retain", "Delete")
DEFAULT_COUNTS = {"pods": 10, "services": 4, "volumes": 4}
_FIXED = ("tenant", "name", "quota", "purpose")
_FIXED_IF_GIVEN = ("grants", "requestedBy")


def request_schema() -> Manifest:
    """Return the schema; all of a request but its deletion policy is immutable, because it was decided upon."""
    return {"type": "object", "required": ["spec"],
            "description": "A tenant asks for a namespace. Deleting the request keeps the namespace, unless "
                           "deletionPolicy is Delete.",
            "properties": {"spec": _spec(), "status": _status()}}


def _spec() -> Manifest:
    same = [f"self.{key} == oldSelf.{key}" for key in _FIXED]
    same += [f"has(self.{key}) == has(oldSelf.{key}) && (!has(self.{key}) || self.{key} == oldSelf.{key})"
             for key in _FIXED_IF_GIVEN]
    return {
        "type": "object", "required": ["tenant", "name", "quota", "purpose"],
        "properties": {
            "tenant": dns_label(), "name": dns_label(), "quota": _asked_quota(),
            "purpose": {**text(500), "minLength": 3},
            "grants": {"type": "array", "maxItems": 10, "x-kubernetes-list-type": "set",
                       "items": {"type": "string", "maxLength": 40, "enum": list(get_args(Grant))}},
            "requestedBy": text(253),
            "deletionPolicy": {"type": "string", "enum": list(DELETION_POLICIES), "default": DELETION_POLICIES[0]},
        },
        "x-kubernetes-validations": [
            {"rule": " && ".join(f"({each})" for each in same), "reason": "FieldValueForbidden",
             "message": "a request is decided once and can't change; make another one (only deletionPolicy may change)"
                        " / une demande est décidée une fois et ne change plus ; faites-en une autre"
                        " (seul deletionPolicy peut changer)"},
            {"rule": "size(self.tenant) + size(self.name) <= 62", "fieldPath": ".name",
             "message": "the namespace would be longer than 63 characters; shorten the name"
                        " / l'espace de noms dépasserait 63 caractères ; raccourcissez le nom"},
        ],
    }


def _asked_quota() -> Manifest:
    """Object counts that a request does not name are filled in by the API server, so that everybody sees them."""
    schema = quota()
    for key, value in DEFAULT_COUNTS.items():
        schema["properties"][key]["default"] = value
    return {**schema, "required": ["cpu", "memory"]}


def _status() -> Manifest:
    reason = {"type": "object", "required": ["rule", "en", "fr"], "properties": {
        "rule": text(63), "en": text(2000), "fr": text(2000),
        "figures": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}
    return {"type": "object", "properties": {
        "observedGeneration": {"type": "integer"},
        "decision": {"type": "string", "enum": ["Granted", "Refused"]},
        "rule": text(63), "reasons": {"type": "array", "maxItems": 30, "items": reason},
            "alternative": {"type": "object", "properties": {
            "name": text(63), "quota": quota(), "grants": {"type": "array", "maxItems": 10, "items": text(40)}}},
        "namespace": text(63),
        "decidedAt": {"type": "string", "format": "date-time"}, "decisionNumber": {"type": "integer"},
        "conditions": conditions(),
    }}
