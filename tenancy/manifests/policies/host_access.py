"""A tenant's pod sees its own machine room, never the node's: no host namespaces, paths or ports."""

from __future__ import annotations

from tenancy.manifests.policies.policy import POD_VARIABLES, TOUCHES_SPEC, Check, Policy, workloads

_HOST_FLAGS = " + ".join(
    f"(has(variables.pod.{flag}) && variables.pod.{flag} ? ['{flag}'] : [])"
    for flag in ("hostNetwork", "hostPID", "hostIPC")
)
_HOST_PATHS = (
    "(has(variables.pod.volumes) ? variables.pod.volumes.filter(v, has(v.hostPath)).map(v, v.hostPath.path) : [])"
)
_HOST_PORTS = (
    "variables.containers.filter(c, has(c.ports) && c.ports.exists(p, has(p.hostPort) && p.hostPort > 0))"
    ".map(c, c.name)"
)


def host_access_policy() -> Policy:
    """Return the policy `estran-host-access`; unlike Pod Security it also refuses Deployments, not their pods only."""
    return Policy(
        name="estran-host-access", watches=workloads(), only_when={"touches-spec": TOUCHES_SPEC},
        variables={**POD_VARIABLES, "flags": _HOST_FLAGS, "paths": _HOST_PATHS, "ports": _HOST_PORTS},
        checks=(
            Check(holds="size(variables.flags) == 0", found="variables.flags.join(', ')",
                  english="{found} is set; remove it, a pod has its own network and processes",
                  french="{found} est activé ; retirez-le, un pod a son propre réseau et ses propres processus"),
            Check(holds="size(variables.paths) == 0", found="variables.paths.join(', ')",
                  english="the volume hostPath {found} is the node's own disk; use a PersistentVolumeClaim or emptyDir",
                  french="le volume hostPath {found} est le disque du nœud ; "
                         "utilisez un PersistentVolumeClaim ou emptyDir"),
            Check(holds="size(variables.ports) == 0", found="variables.ports.join(', ')",
                  english="container {found} takes a hostPort; remove it and reach the pod through a Service",
                  french="le conteneur {found} prend un hostPort ; retirez-le et passez par un Service"),
        ),
    )
