"""Who acts in the lab: the components, the operator, the tenancy controller and one agent per tenant."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from infra.inventory.site import Site
from lab.kubeconfig import Entry, write_kubeconfig
from lab.pki import Pair, Subject, authority, issued, signing_key
from lab.ports import LOOPBACK

CONTROLLER_GROUP = "estran:controller"
# name of the identity -> user and group that Kubernetes gives its rights to
COMPONENTS = {
    "admin": Subject("estran-admin", "system:masters"),
    "kube-controller-manager": Subject("system:kube-controller-manager"),
    "kube-scheduler": Subject("system:kube-scheduler"),
    "kwok": Subject("estran-kwok"),
    "controller": Subject("estran-controller", CONTROLLER_GROUP),
}


@dataclass(frozen=True)
class Keys:
    """Files of keys and certificates under one folder."""

    folder: Path

    def pair(self, name: str) -> Pair:
        return Pair.at(self.folder, name)

    @property
    def token_key(self) -> Path:
        return self.folder / "service-accounts.key"

    @property
    def token_public_key(self) -> Path:
        return self.folder / "service-accounts.pub"


def tenant_identity(tenant_id: str) -> str:
    """Return the name of the identity (and of its user) that acts for a tenant."""
    return f"{tenant_id}-agent"


def identities_of(site: Site) -> dict[str, Subject]:
    """Return every client identity of a site's lab by name."""
    agents = {tenant_identity(tenant_id): Subject(tenant_identity(tenant_id), tenant.group)
              for tenant_id, tenant in site.tenants.items()}
    return {**COMPONENTS, **agents}


def prepare_keys(site: Site, keys: Keys) -> None:
    """Make every key and certificate that is not there yet, or that no longer fits the site."""
    cluster_authority = authority(keys.folder, "ca")
    etcd_authority = authority(keys.folder, "etcd-ca")
    proxy_authority = authority(keys.folder, "front-proxy-ca")
    signing_key(keys.folder, "service-accounts")
    dns = site.cluster.dns_domain
    api_hosts = (LOOPBACK, "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc",
                 f"kubernetes.default.svc.{dns}", _first_service_address(site))
    issued(cluster_authority, keys.folder, "kube-apiserver", Subject("kube-apiserver", hosts=api_hosts))
    loopback = (LOOPBACK, "localhost")
    issued(cluster_authority, keys.folder, "components", Subject("estran-lab-components", hosts=loopback))
    issued(etcd_authority, keys.folder, "etcd", Subject("etcd", hosts=loopback))
    issued(etcd_authority, keys.folder, "etcd-client", Subject("kube-apiserver"))
    issued(proxy_authority, keys.folder, "front-proxy", Subject("front-proxy"))
    for name, subject in identities_of(site).items():
        issued(cluster_authority, keys.folder, name, subject)


def write_kubeconfigs(site: Site, keys: Keys, folder: Path, api_port: int) -> None:
    """Write one kubeconfig per identity into `folder`, named after the identity."""
    for name, subject in identities_of(site).items():
        entry = Entry(site.cluster.name, f"https://{LOOPBACK}:{api_port}", keys.pair("ca").certificate, subject.name,
                      keys.pair(name))
        write_kubeconfig(folder / f"{name}.kubeconfig", entry)


def _first_service_address(site: Site) -> str:
    return str(next(ipaddress.ip_network(site.cluster.service_cidr).hosts()))
