"""Whose namespace it is, and what it was granted, is written in labels that only the platform writes."""

from __future__ import annotations

from infra.inventory import labels
from tenancy.manifests.policies.policy import IS_PLATFORM, Check, Policy, rule

_OURS = (
    f"k.startsWith('{labels.DOMAIN}/') || k.startsWith('{labels.GRANT_PREFIX}')"
    " || k.startsWith('pod-security.kubernetes.io/')"
)


def identity_policy() -> Policy:
    """Return the policy `estran-identity`: only the platform writes or changes a namespace's labels of ours.

    It can't select namespaces by label: the selector sees the new object, from which the label may just be gone.
    """
    keys = "(has({0}.metadata.labels) ? {0}.metadata.labels : {{}})"
    new, old = keys.format("object"), f"(oldObject == null ? {{}} : {keys.format('oldObject')})"
    changed = "!(k in variables.old) || variables.old[k] != variables.new[k]"
    added = f"variables.new.map(k, k).filter(k, ({_OURS}) && ({changed}))"
    gone = f"variables.old.map(k, k).filter(k, ({_OURS}) && !(k in variables.new))"
    return Policy(
        name="estran-identity", watches=[rule("", "v1", ["namespaces", "namespaces/finalize"])], tenants_only=False,
        only_when={"not-the-platform": f"!{IS_PLATFORM}"},
        variables={"new": new, "old": old, "touched": f"{added} + {gone}"},
        checks=(Check(
            holds="size(variables.touched) == 0", found="variables.touched.join(', ')",
            english="the labels {found} say whose namespace this is; leave them as they are, and ask for a namespace "
                    "with: estran namespace request",
            french="les étiquettes {found} disent à qui est cet espace de noms ; laissez-les telles quelles, et "
                   "demandez un espace avec : estran namespace request"),),
    )
