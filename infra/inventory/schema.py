"""The JSON Schema of a site file, as a person writes it (before quantities are read)."""

from __future__ import annotations

from typing import Any

from infra.inventory.site import Site

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_QUANTITIES: dict[str, dict[str, Any]] = {
    "cpu": {"type": ["string", "number"], "examples": [4, "500m"]},
    "memory": {"type": "string", "pattern": "^[0-9]+(Ki|Mi|Gi|Ti|Pi)$", "examples": ["8Gi"]},
    "storage": {"type": ["string", "integer"], "pattern": "^[0-9]+(Ki|Mi|Gi|Ti|Pi)$", "examples": ["100Gi"]},
    "weights": {"type": "string", "pattern": "^[0-9]+(Ki|Mi|Gi|Ti|Pi)$", "examples": ["48Gi"]},
}


def site_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12); quantities are shown as text, as they are written in YAML."""
    schema = Site.model_json_schema(by_alias=True)
    for definition in schema["$defs"].values():
        for key, properties in definition.get("properties", {}).items():
            if key in _QUANTITIES:
                kept = {name: properties[name] for name in ("title", "description", "default") if name in properties}
                definition["properties"][key] = {**kept, **_QUANTITIES[key]}
    return {"$schema": DRAFT, "title": "Estran site", **schema}
