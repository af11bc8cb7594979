"""Priority classes: the platform before production, production before batch."""

from __future__ import annotations

from tenancy.manifests.kinds import Manifest, meta

PLATFORM = "estran-platform"
PRODUCTION = "estran-production"
BATCH = "estran-batch"
TENANTS_MAY_USE = (PRODUCTION, BATCH)
_VALUES = {
    PLATFORM: (1_000_000, "PreemptLowerPriority", "What the site itself needs to run."),
    PRODUCTION: (100_000, "PreemptLowerPriority", "Services that people use."),
    BATCH: (-1_000, "Never", "Work that can wait; it never pushes anything out."),
}


def priority_classes() -> list[Manifest]:
    """Return the three classes; a pod that names none has priority 0, between production and batch."""
    return [
        {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": meta(name), "value": value,
         "preemptionPolicy": preemption, "description": text, "globalDefault": False}
        for name, (value, preemption, text) in _VALUES.items()
    ]
