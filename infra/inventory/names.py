"""Names that several rooms must spell alike."""

from __future__ import annotations

SYSTEM_NAMESPACE = "estran-system"
SERVICES_NAMESPACE = "services"
MODELS_NAMESPACE = "models"
PLATFORM_NAMESPACES = ("kube-system", SYSTEM_NAMESPACE, SERVICES_NAMESPACE, MODELS_NAMESPACE)
LAYERS = ("platform", "tenants", "models")


def namespace_name(tenant_id: str, name: str) -> str:
    """Return the Kubernetes name of a tenant's namespace; a DNS label, so 63 characters at most in all."""
    return f"{tenant_id}-{name}"


def door_name(tenant_id: str) -> str:
    """Return the Kubernetes name of the namespace in which a tenant leaves its requests."""
    return f"tenant-{tenant_id}"


def stack_name(site_id: str, layer: str) -> str:
    """Return the Pulumi stack of one layer of one site."""
    return f"{site_id}-{layer}"
