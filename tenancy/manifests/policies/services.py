"""A Service stays inside the cluster unless the convention says otherwise."""

from __future__ import annotations

from tenancy.manifests.policies.policy import Check, Policy, has_grant, rule

_TYPE = "(has(object.spec.type) ? object.spec.type : 'ClusterIP')"


def service_policy() -> Policy:
    """Return the policy `estran-services`: NodePort and LoadBalancer by grant only, externalIPs never."""
    return Policy(
        name="estran-services", watches=[rule("", "v1", ["services"])],
        variables={"type": _TYPE, "outside": "has(object.spec.externalIPs) ? object.spec.externalIPs : []"},
        checks=(
            Check(holds=f"variables.type != 'NodePort' || {has_grant('node-port')}", found="variables.type",
                  english="a Service of type {found} needs the right node-port in your convention; "
                          "write type: ClusterIP",
                  french="un Service de type {found} demande le droit node-port dans votre convention ; "
                         "écrivez type: ClusterIP"),
            Check(holds=f"variables.type != 'LoadBalancer' || {has_grant('load-balancer')}", found="variables.type",
                  english="a Service of type {found} needs the right load-balancer in your convention; "
                          "write type: ClusterIP",
                  french="un Service de type {found} demande le droit load-balancer dans votre convention ; "
                         "écrivez type: ClusterIP"),
            Check(holds="size(variables.outside) == 0", found="variables.outside.join(', ')",
                  english="externalIPs {found} would take others' traffic; remove externalIPs",
                  french="externalIPs {found} détournerait le trafic d'autrui ; retirez externalIPs"),
        ),
    )
