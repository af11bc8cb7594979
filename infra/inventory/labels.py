"""Labels and annotations, spelled once. Values are DNS labels, so one spelling serves every room."""

from __future__ import annotations

DOMAIN = "estran.fr"
API_GROUP = f"tenancy.{DOMAIN}"
API_VERSION = "v1alpha1"

SITE = f"{DOMAIN}/site"
TENANT = f"{DOMAIN}/tenant"
NAMESPACE = f"{DOMAIN}/namespace"
GRANT_PREFIX = f"grant.{DOMAIN}/"
RACK = f"{DOMAIN}/rack"
TANK = f"{DOMAIN}/tank"
ENCLOSURE = f"{DOMAIN}/enclosure"
ZONE = f"{DOMAIN}/zone"
FEED = f"{DOMAIN}/feed"
PURPOSE = f"{DOMAIN}/purpose"
REQUEST = f"{DOMAIN}/request"
GPU_PRODUCT = "nvidia.com/gpu.product"
GPU_RESOURCE = "nvidia.com/gpu"

MANAGED_BY = "app.kubernetes.io/managed-by"
NAME = "app.kubernetes.io/name"
PART_OF = "app.kubernetes.io/part-of"


def managed(name: str, **more: str) -> dict[str, str]:
    """Return the labels that every object of ours carries."""
    return {NAME: name, MANAGED_BY: "estran", PART_OF: "estran", **more}
