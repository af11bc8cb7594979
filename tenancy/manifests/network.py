"""The network of a namespace: closed both ways, but for DNS and itself. Policies add up; these are the floor."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from infra.inventory.names import PLATFORM_NAMESPACES
from tenancy.manifests.kinds import Manifest, meta

RESERVED_PREFIX = "estran-"
DNS_PORT = 53
_PRIVATE_RANGES = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8")


def network_policies(namespace: str, grants: Collection[str], marks: Mapping[str, str]) -> list[Manifest]:
    """Return the network policies of a namespace; `external-egress` opens the way out to public addresses only."""
    policies = [
        _policy("estran-default-deny", namespace, marks, {"policyTypes": ["Ingress", "Egress"]}),
        _policy("estran-allow-dns", namespace, marks, {"policyTypes": ["Egress"], "egress": [_dns()]}),
        _policy("estran-allow-same-namespace", namespace, marks, {
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": [{"podSelector": {}}]}], "egress": [{"to": [{"podSelector": {}}]}]}),
    ]
    if "external-egress" in grants:
        outside = {"ipBlock": {"cidr": "0.0.0.0/0", "except": list(_PRIVATE_RANGES)}}
        policies.append(_policy("estran-allow-external-egress", namespace, marks, {
            "policyTypes": ["Egress"], "egress": [{"to": [outside]}]}))
    return policies


def _dns() -> Manifest:
    return {
        "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": PLATFORM_NAMESPACES[0]}},
                "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}],
        "ports": [{"protocol": "UDP", "port": DNS_PORT}, {"protocol": "TCP", "port": DNS_PORT}],
    }


def _policy(name: str, namespace: str, marks: Mapping[str, str], spec: Manifest) -> Manifest:
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta(name, namespace, marks),
            "spec": {"podSelector": {}, **spec}}
