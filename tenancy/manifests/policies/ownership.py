"""A request is made by the tenant, for itself, at its own door, and under the requester's own name."""

from __future__ import annotations

from infra.inventory import labels
from tenancy.manifests.door import DOOR, GROUP
from tenancy.manifests.policies.policy import IS_PLATFORM, Check, Policy, rule

_DOOR = (
    f"('{DOOR}' in namespaceObject.metadata.labels ? namespaceObject.metadata.labels['{DOOR}'] : '')"
)
_GROUP = (
    f"(has(namespaceObject.metadata.annotations) && '{GROUP}' in namespaceObject.metadata.annotations"
    f" ? namespaceObject.metadata.annotations['{GROUP}'] : '')"
)


def ownership_policy() -> Policy:
    """Return the policy `estran-ownership`: the door's tenant is the request's, and the requester one of its group."""
    return Policy(
        name="estran-ownership", tenants_only=False,
        watches=[rule(labels.API_GROUP, labels.API_VERSION, ["namespacerequests"])],
        variables={"door": _DOOR, "group": _GROUP, "tenant": "string(object.spec.tenant)",
                   "by": "has(object.spec.requestedBy) ? string(object.spec.requestedBy) : ''"},
        checks=(
            Check(holds="variables.door != '' && variables.door == variables.tenant", found="variables.tenant",
                  english="a request for {found} is not made here; write it in the namespace tenant-{found}",
                  french="une demande pour {found} ne se fait pas ici ; écrivez-la dans l'espace tenant-{found}"),
            Check(holds=f"{IS_PLATFORM} || variables.group in request.userInfo.groups", found="variables.group",
                  english="only members of the group {found} ask for this tenant; ask your administrator to add you",
                  french="seuls les membres du groupe {found} demandent pour ce titulaire ; "
                         "demandez à votre administrateur de vous y inscrire"),
            Check(holds="request.operation != 'CREATE' || variables.by in ['', request.userInfo.username]",
                  found="variables.by",
                  english="requestedBy {found} is somebody else; write your own user name, or leave it out",
                  french="requestedBy {found} désigne quelqu'un d'autre ; écrivez votre identifiant, ou rien"),
        ),
    )
