"""A tenant opens its own doors inwards; the platform's closed floor, and the way out, are not its own to move."""

from __future__ import annotations

from tenancy.manifests.network import RESERVED_PREFIX
from tenancy.manifests.policies.policy import IS_PLATFORM, Check, Policy, has_grant, rule


def network_policy() -> Policy:
    """Return the policy `estran-network`: the default set is untouchable, egress rules need `external-egress`."""
    return Policy(
        name="estran-network",
        watches=[rule("networking.k8s.io", "v1", ["networkpolicies"], ("CREATE", "UPDATE", "DELETE"))],
        # The namespace controller empties a namespace that is being deleted: it is the platform too.
        only_when={"not-the-platform": f"!{IS_PLATFORM}"},
        variables={"opens": "request.operation != 'DELETE' && has(object.spec.egress) && size(object.spec.egress) > 0"},
        checks=(
            Check(holds=f"!request.name.startsWith('{RESERVED_PREFIX}')", found="request.name",
                  english="the network policy {found} belongs to the platform; write your own under another name",
                  french="la règle réseau {found} appartient à la plateforme ; écrivez la vôtre sous un autre nom"),
            Check(holds=f"!variables.opens || {has_grant('external-egress')}", found="request.name",
                  english="the network policy {found} opens a way out, which needs the right external-egress in your "
                          "convention; write ingress rules only",
                  french="la règle réseau {found} ouvre une sortie, ce qui demande le droit external-egress dans votre "
                         "convention ; n'écrivez que des règles d'entrée (ingress)"),
        ),
    )
