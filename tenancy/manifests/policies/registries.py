"""Images come from the site's registries: an image that can vanish from the internet stops a commune's service."""

from __future__ import annotations

from infra.inventory.site import Site
from tenancy.manifests.policies.policy import POD_VARIABLES, TOUCHES_SPEC, Check, Policy, workloads


def registry_policy(site: Site) -> Policy:
    """Return the policy `estran-registries`: containers of every sort, init and ephemeral ones included."""
    allowed = [f"{registry}/" for registry in site.cluster.registries]
    shown = ", ".join(site.cluster.registries)
    example = f"{site.cluster.registries[0]}/name:tag"
    strangers = f"variables.containers.map(c, c.image).filter(i, !{allowed}.exists(r, i.startsWith(r)))"
    return Policy(
        name="estran-registries", watches=workloads(), only_when={"touches-spec": TOUCHES_SPEC},
        variables={**POD_VARIABLES, "strangers": strangers},
        checks=(Check(
            holds="size(variables.strangers) == 0", found="variables.strangers.join(', ')",
            english=f"image {{found}} does not come from an allowed registry ({shown}); write {example}",
            french=f"l'image {{found}} ne vient pas d'un registre autorisé ({shown}) ; écrivez {example}"),),
    )
