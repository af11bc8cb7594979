"""Every workload says what it is, so that bills, dashboards and incidents can name it."""

from __future__ import annotations

from infra.inventory import labels
from tenancy.manifests.policies.policy import TOUCHES_SPEC, Check, Policy, rule, workloads

_TEMPLATE = (
    "request.kind.kind == 'Pod' ? object.metadata : request.kind.kind == 'CronJob' ?"
    " object.spec.jobTemplate.spec.template.metadata : object.spec.template.metadata"
)
_KIND_AND_NAME = (
    "(request.kind.kind + ' ' + (has(object.metadata.name) ? object.metadata.name"
    " : has(object.metadata.generateName) ? object.metadata.generateName : '?'))"
)


def workload_label_policy() -> Policy:
    """Return the policy `estran-workload-labels`: `app.kubernetes.io/name` on the object and on its pods."""
    # Debug containers change a running pod and can't change its labels.
    watched = [rule("", "v1", ["pods", "replicationcontrollers"]), *workloads()[1:]]
    return Policy(
        name="estran-workload-labels", watches=watched,
        only_when={"touches-spec": f"{TOUCHES_SPEC} || object.metadata.?labels != oldObject.metadata.?labels"},
        variables={"template": _TEMPLATE},
        checks=(
            Check(holds=_labelled("object.metadata"), found=_KIND_AND_NAME,
                  english=f"{{found}} lacks the label {labels.NAME}; "
                          f"write metadata.labels: {{\"{labels.NAME}\": \"your-application\"}}",
                  french=f"{{found}} n'a pas l'étiquette {labels.NAME} ; "
                         f"écrivez metadata.labels: {{\"{labels.NAME}\": \"votre-application\"}}"),
            Check(holds=_labelled("variables.template"), found=_KIND_AND_NAME,
                  english=f"the pods of {{found}} lack the label {labels.NAME}; write it in the template's labels too",
                  french=f"les pods de {{found}} n'ont pas l'étiquette {labels.NAME} ; "
                         "écrivez-la aussi dans les étiquettes du modèle (template)"),
        ),
    )


def _labelled(metadata: str) -> str:
    return f"has({metadata}.labels) && '{labels.NAME}' in {metadata}.labels && {metadata}.labels['{labels.NAME}'] != ''"
