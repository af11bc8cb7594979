"""The type of a manifest, and the few shapes every noun builds on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.inventory import labels

Manifest = dict[str, Any]

GROUP_VERSION = f"{labels.API_GROUP}/{labels.API_VERSION}"


def meta(name: str, namespace: str = "", more: Mapping[str, str] | None = None) -> Manifest:
    """Return the metadata of an object of ours: its name, its namespace and the labels all our objects carry."""
    found: Manifest = {"name": name, "labels": labels.managed(name, **dict(more or {}))}
    if namespace:
        found["namespace"] = namespace
    return found


def manifest_id(manifest: Manifest) -> str:
    """Return `kind-namespace-name` in lower case (no namespace for what has none): the logical name for Pulumi."""
    metadata = manifest["metadata"]
    parts = (manifest["kind"], metadata.get("namespace", ""), metadata["name"])
    return "-".join(part.lower() for part in parts if part)
