"""The shape of an admission policy, and the expressions that several of them share.

Expressions are CEL (https://kubernetes.io/docs/reference/using-api/cel/). A refusal is said in English and in French,
because the API server does not know who reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from infra.inventory import labels
from tenancy.manifests.access import CONTROLLER_GROUP
from tenancy.manifests.kinds import Manifest, meta

PLATFORM_GROUPS = ("system:masters", "estran:platform", CONTROLLER_GROUP, "system:serviceaccounts:kube-system")
PLATFORM_USERS = ("system:kube-controller-manager", "system:kube-scheduler", "system:apiserver")

IS_PLATFORM = (
    f"(request.userInfo.groups.exists(g, g in {list(PLATFORM_GROUPS)})"
    f" || request.userInfo.username in {list(PLATFORM_USERS)})"
)
# A policy that got stricter must not freeze what already runs: an update is judged when it touches the spec.
TOUCHES_SPEC = "request.operation == 'CREATE' || request.subResource != '' || object.spec != oldObject.spec"
IN_TENANT_NAMESPACES: Manifest = {"matchExpressions": [{"key": labels.TENANT, "operator": "Exists"}]}

POD = (
    "request.kind.kind == 'Pod' ? object.spec : request.kind.kind == 'CronJob' ?"
    " object.spec.jobTemplate.spec.template.spec : object.spec.template.spec"
)
CONTAINERS = (
    "variables.pod.containers"
    " + (has(variables.pod.initContainers) ? variables.pod.initContainers : [])"
    " + (has(variables.pod.ephemeralContainers) ? variables.pod.ephemeralContainers : [])"
)
POD_VARIABLES = {"pod": POD, "containers": CONTAINERS}


@dataclass(frozen=True)
class Check:
    """One condition that must hold; `found` is a CEL expression giving the text of what was found instead."""

    holds: str
    found: str
    english: str
    french: str

    def message(self, policy_name: str) -> str:
        """Return the CEL expression of the refusal: policy, what was found, what to write, in both languages."""
        texts = (f" + {self.found} + ".join(map(_literal, text.split("{found}")))
                 for text in (f"{policy_name}: {self.english} / ", self.french))
        return " + ".join(texts)

    def fallback(self, policy_name: str) -> str:
        """Return the refusal for when the expression of what was found can't be evaluated."""
        return f"{policy_name}: {self.english}".replace("{found}", "?")


@dataclass(frozen=True)
class Policy:
    """A ValidatingAdmissionPolicy: what it looks at, when, and what must hold."""

    name: str
    watches: Sequence[Manifest]
    checks: Sequence[Check]
    variables: Mapping[str, str] = field(default_factory=dict)
    only_when: Mapping[str, str] = field(default_factory=dict)
    tenants_only: bool = True


def workloads() -> list[Manifest]:
    """Return the rules that match pods and everything that makes pods."""
    return [
        rule("", "v1", ["pods", "pods/ephemeralcontainers", "replicationcontrollers"]),
        rule("apps", "v1", ["deployments", "statefulsets", "daemonsets", "replicasets"]),
        rule("batch", "v1", ["jobs", "cronjobs"]),
    ]


def rule(
    group: str, version: str, resources: Sequence[str], operations: Sequence[str] = ("CREATE", "UPDATE")
) -> Manifest:
    """Return one resource rule of a policy's match constraints."""
    return {"apiGroups": [group], "apiVersions": [version], "resources": list(resources),
            "operations": list(operations), "scope": "*"}


def has_grant(grant: str) -> str:
    """Return the expression: the namespace of the object carries `grant`."""
    key = f"{labels.GRANT_PREFIX}{grant}"
    return (f"('{key}' in namespaceObject.metadata.labels && namespaceObject.metadata.labels['{key}'] == 'true')")


def policy(wanted: Policy) -> Manifest:
    """Return the ValidatingAdmissionPolicy; it fails closed."""
    constraints: Manifest = {"matchPolicy": "Equivalent", "resourceRules": list(wanted.watches)}
    if wanted.tenants_only:
        constraints["namespaceSelector"] = IN_TENANT_NAMESPACES
    spec: Manifest = {
        "failurePolicy": "Fail",
        "matchConstraints": constraints,
        "variables": [{"name": name, "expression": text} for name, text in wanted.variables.items()],
        "matchConditions": [{"name": name, "expression": text} for name, text in wanted.only_when.items()],
        "validations": [
            {"expression": check.holds, "messageExpression": check.message(wanted.name),
             "message": check.fallback(wanted.name), "reason": "Forbidden"}
            for check in wanted.checks
        ],
    }
    return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
            "metadata": meta(wanted.name), "spec": {key: value for key, value in spec.items() if value != []}}


def binding(wanted: Policy) -> Manifest:
    """Return the binding that switches the policy on."""
    return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": meta(wanted.name),
            "spec": {"policyName": wanted.name, "validationActions": ["Deny"]}}


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
