"""Where and how urgently a tenant's pod runs is the scheduler's business."""

from __future__ import annotations

from tenancy.manifests.policies.policy import POD_VARIABLES, TOUCHES_SPEC, Check, Policy, workloads
from tenancy.manifests.priorities import TENANTS_MAY_USE

_CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
_TOLERATED = (
    "(has(variables.pod.tolerations) ? variables.pod.tolerations.filter(t, !has(t.key) || t.key == '' "
    f"|| t.key == '{_CONTROL_PLANE}').map(t, has(t.key) && t.key != '' ? t.key : '*') : [])"
)


def scheduling_policy() -> Policy:
    """Return the policy `estran-scheduling`: no platform priority, no hand-picked node, no control plane."""
    classes = list(TENANTS_MAY_USE)
    return Policy(
        name="estran-scheduling", watches=workloads(), only_when={"touches-spec": TOUCHES_SPEC},
        variables={
            **POD_VARIABLES, "tolerated": _TOLERATED,
            "priority": "has(variables.pod.priorityClassName) ? variables.pod.priorityClassName : ''",
            "node": "request.operation == 'CREATE' && has(variables.pod.nodeName) ? variables.pod.nodeName : ''",
        },
        checks=(
            Check(holds=f"variables.priority in {['', *classes]}", found="variables.priority",
                  english=f"priorityClassName {{found}} is the platform's; write {' or '.join(classes)}, or nothing",
                  french=f"priorityClassName {{found}} est réservé à la plateforme ; "
                         f"écrivez {' ou '.join(classes)}, ou rien"),
            Check(holds="variables.node == ''", found="variables.node",
                  english="nodeName {found} goes round the scheduler; remove nodeName",
                  french="nodeName {found} contourne l'ordonnanceur ; retirez nodeName"),
            Check(holds="size(variables.tolerated) == 0", found="variables.tolerated.join(', ')",
                  english="the toleration of {found} would reach the control plane; remove it",
                  french="la tolérance {found} atteindrait le plan de contrôle ; retirez-la"),
        ),
    )
