"""A site of many small tenants on the demonstration's machines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

DEMO = Path(__file__).resolve().parent.parent / "infra" / "sites" / "demo.yaml"


def crowded_site(tenants: int, namespaces: int, site_id: str = "crowd") -> str:
    """Return the YAML of a site with `tenants` tenants of `namespaces` namespaces each."""
    data: dict[str, Any] = yaml.safe_load(DEMO.read_text("utf-8"))
    data["identity"]["id"] = site_id
    share = {"cpu": "500m", "memory": "4Gi", "storage": "10Gi", "gpu": 0, "pods": 1, "services": 4, "volumes": 4}
    whole = {"cpu": 2, "memory": "20Gi", "storage": "100Gi", "gpu": 0, "pods": 4, "services": 20, "volumes": 20}
    data["tenants"] = {
        f"commune-{number:03d}": {
            "name": f"Commune {number}", "kind": "commune", "siret": _siret(number),
            "group": f"estran:commune-{number}", "contact": f"mairie@commune-{number}.example",
            "convention": {"number": f"C-{number}", "starts": "2012-01-01", "ends": "2030-12-31", "quota": dict(whole)},
            "namespaces": {f"espace-{each}": {"purpose": "essai", "quota": dict(share)} for each in range(namespaces)},
        }
        for number in range(tenants)
    }
    for model in data["models"].values():
        model.pop("tenants", None)
    data.pop("carbon", None)  # its instruments belong to the demonstration's tenants
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def _siret(number: int) -> str:
    """Return a SIRET of an invented body: the last digit is Luhn's key."""
    stem = f"92{number:07d}0001"
    total = 0
    for position, digit in enumerate(map(int, stem)):
        value = digit if position % 2 else digit * 2
        total += value - 9 if value > 9 else value
    return stem + str(-total % 10)
