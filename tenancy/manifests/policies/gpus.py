"""GPUs are few: only namespaces whose convention grants them may ask for one."""

from __future__ import annotations

from infra.inventory import labels
from tenancy.manifests.policies.policy import (
    POD_VARIABLES,
    TOUCHES_SPEC,
    Check,
    Policy,
    has_grant,
    workloads,
)

_ASKS = " || ".join(
    f"(has(c.resources) && has(c.resources.{part}) && c.resources.{part}.exists(r, r.startsWith('nvidia.com/')))"
    for part in ("requests", "limits")
)


def gpu_policy() -> Policy:
    """Return the policy `estran-gpus`: whole GPUs and MIG slices (`nvidia.com/...`) alike."""
    return Policy(
        name="estran-gpus", watches=workloads(), only_when={"touches-spec": TOUCHES_SPEC},
        variables={**POD_VARIABLES, "asking": f"variables.containers.filter(c, {_ASKS}).map(c, c.name)"},
        checks=(Check(
            holds=f"size(variables.asking) == 0 || {has_grant('gpu')}", found="variables.asking.join(', ')",
            english=f"container {{found}} asks for a GPU and this namespace has none; remove {labels.GPU_RESOURCE}, "
                    "or request a namespace with --gpu",
            french=f"le conteneur {{found}} demande un GPU et cet espace n'en a pas ; retirez {labels.GPU_RESOURCE}, "
                   "ou demandez un espace de noms avec --gpu"),),
    )
