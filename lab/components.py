"""The control plane's processes: which flags, which environment, and how each says that it is ready."""

from __future__ import annotations

import functools
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

import requests

from infra.inventory.site import Site
from lab.identities import Keys
from lab.ports import LOOPBACK
from lab.processes import Process
from toolchain.locate import engine_path

CONTROL_PLANE = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
CONTROLLER = "controller"
STAGES = Path(__file__).parent / "stages" / "kwok.yaml"
_DISTRIBUTION = Path(__file__).resolve().parent.parent
_PROBE_S = 2.0


@dataclass(frozen=True)
class Layout:
    """Files of one lab."""

    folder: Path

    @property
    def keys(self) -> Keys:
        return Keys(self.folder / "pki")

    @property
    def kubeconfigs(self) -> Path:
        return self.folder / "kubeconfigs"

    @property
    def audit_file(self) -> Path:
        return self.folder / "audit.jsonl"

    def kubeconfig(self, identity: str) -> Path:
        return self.kubeconfigs / f"{identity}.kubeconfig"

    def log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"


@dataclass(frozen=True)
class Components:
    """Makes the processes of one lab from the site and the ports chosen."""

    site: Site
    layout: Layout
    ports: dict[str, int]

    def control_plane(self) -> list[Process]:
        """Return etcd and the API server, then what works through them, in the order to start."""
        return [self.etcd(), self.api_server(), self.controller_manager(), self.scheduler(), self.kwok()]

    def etcd(self) -> Process:
        pair, authority = self.layout.keys.pair("etcd"), self.layout.keys.pair("etcd-ca").certificate
        client, peer = self._url("etcd"), self._url("etcd-peer")
        flags = {
            "name": "lab", "data-dir": self.layout.folder / "etcd", "logger": "zap", "log-level": "warn",
            "listen-client-urls": client, "advertise-client-urls": client,
            "listen-peer-urls": peer, "initial-advertise-peer-urls": peer, "initial-cluster": f"lab={peer}",
            "cert-file": pair.certificate, "key-file": pair.key, "trusted-ca-file": authority,
            "peer-cert-file": pair.certificate, "peer-key-file": pair.key, "peer-trusted-ca-file": authority,
            "client-cert-auth": "true", "peer-client-cert-auth": "true",
            # The lab outlives crashes of its processes, not of the machine: a power cut costs `lab down --purge`.
            "unsafe-no-fsync": "true",
            "auto-compaction-retention": "10m", "quota-backend-bytes": 2 << 30,
        }
        identity = self.layout.keys.pair("etcd-client")
        return self._process("etcd", flags, functools.partial(
            _healthy, f"{client}/health", authority, (identity.certificate, identity.key)))

    def api_server(self) -> Process:
        keys, cluster = self.layout.keys, self.site.cluster
        serving, etcd_client, proxy = keys.pair("kube-apiserver"), keys.pair("etcd-client"), keys.pair("front-proxy")
        flags = {
            "bind-address": LOOPBACK, "secure-port": self.ports["kube-apiserver"], "advertise-address": LOOPBACK,
            # Endpoints on loopback are refused by Kubernetes; nothing in the lab reaches the API by its Service.
            "endpoint-reconciler-type": "none",
            "etcd-servers": self._url("etcd"), "etcd-cafile": keys.pair("etcd-ca").certificate,
            "etcd-certfile": etcd_client.certificate, "etcd-keyfile": etcd_client.key,
            "tls-cert-file": serving.certificate, "tls-private-key-file": serving.key,
            "client-ca-file": keys.pair("ca").certificate, "anonymous-auth": "false",
            "authorization-mode": "Node,RBAC", "enable-admission-plugins": "NodeRestriction",
            "kubelet-preferred-address-types": "InternalIP,Hostname",
            "service-account-issuer": f"https://kubernetes.default.svc.{cluster.dns_domain}",
            "service-account-key-file": keys.token_public_key, "service-account-signing-key-file": keys.token_key,
            "service-cluster-ip-range": cluster.service_cidr,
            "requestheader-client-ca-file": keys.pair("front-proxy-ca").certificate,
            "requestheader-allowed-names": "front-proxy", "requestheader-username-headers": "X-Remote-User",
            "requestheader-group-headers": "X-Remote-Group", "requestheader-extra-headers-prefix": "X-Remote-Extra-",
            "proxy-client-cert-file": proxy.certificate, "proxy-client-key-file": proxy.key,
            "profiling": "false",
        }
        identity = keys.pair("admin")
        return self._process("kube-apiserver", flags, functools.partial(
            _healthy, f"{self._url('kube-apiserver')}/readyz", keys.pair("ca").certificate,
            (identity.certificate, identity.key)))

    def controller_manager(self) -> Process:
        name, keys = "kube-controller-manager", self.layout.keys
        flags = self._worker_flags(name) | {
            "use-service-account-credentials": "true", "service-account-private-key-file": keys.token_key,
            "root-ca-file": keys.pair("ca").certificate, "cluster-name": self.site.cluster.name,
            # The defaults of 20 requests a second make the removal of namespaces a matter of minutes.
            "kube-api-qps": 300, "kube-api-burst": 600, "concurrent-namespace-syncs": 20,
        }
        return self._process(name, flags, self._worker_ready(name))

    def scheduler(self) -> Process:
        name = "kube-scheduler"
        return self._process(name, self._worker_flags(name) | {"kube-api-qps": 200, "kube-api-burst": 400},
                             self._worker_ready(name))

    def kwok(self) -> Process:
        flags = {
            "kubeconfig": self.layout.kubeconfig("kwok"), "config": STAGES, "manage-all-nodes": "true",
            "cidr": self.site.cluster.pod_cidr, "node-lease-duration-seconds": 40,
            "server-address": f"{LOOPBACK}:{self.ports['kwok']}", "v": "WARN",
        }
        url = f"http://{LOOPBACK}:{self.ports['kwok']}/healthz"
        return self._process("kwok", flags, functools.partial(_healthy, url))

    def controller(self, site_file: Path) -> Process:
        """Return the tenancy controller; it waits by itself for its resource definitions."""
        health = f"{LOOPBACK}:{self.ports[CONTROLLER]}"
        env = {
            "KUBECONFIG": str(self.layout.kubeconfig(CONTROLLER)), "ESTRAN_SITE_FILE": str(site_file.resolve()),
            "ESTRAN_AUDIT_FILE": str(self.layout.audit_file), "ESTRAN_CONTROLLER_HEALTH": health,
            # Read once at its start: another content is another description, so `lab up` restarts the controller.
            "ESTRAN_SITE_DIGEST": hashlib.sha256(site_file.read_bytes()).hexdigest()[:16],
            "PYTHONPATH": str(_DISTRIBUTION), "PYTHONUNBUFFERED": "1",
        }
        return Process(CONTROLLER, (sys.executable, "-m", "tenancy.controller"), self.layout.log(CONTROLLER), env,
                       functools.partial(_healthy, f"http://{health}/healthz"))

    def _worker_flags(self, name: str) -> dict[str, object]:
        kubeconfig, serving = self.layout.kubeconfig(name), self.layout.keys.pair("components")
        return {
            "kubeconfig": kubeconfig, "authentication-kubeconfig": kubeconfig, "authorization-kubeconfig": kubeconfig,
            "bind-address": LOOPBACK, "secure-port": self.ports[name], "leader-elect": "false", "profiling": "false",
            "tls-cert-file": serving.certificate, "tls-private-key-file": serving.key,
        }

    def _worker_ready(self, name: str) -> functools.partial[bool]:
        return functools.partial(_healthy, f"{self._url(name)}/healthz", self.layout.keys.pair("ca").certificate)

    def _url(self, name: str) -> str:
        return f"https://{LOOPBACK}:{self.ports[name]}"

    def _process(self, name: str, flags: dict[str, object], ready: functools.partial[bool]) -> Process:
        argv = (str(engine_path(name)), *(f"--{flag}={value}" for flag, value in flags.items()))
        return Process(name, argv, self.layout.log(name), ready=ready)


def _healthy(url: str, authority: Path | None = None, identity: tuple[Path, Path] | None = None) -> bool:
    """Tell whether a health endpoint of loopback answers 200 to `identity` (certificate, key)."""
    with requests.Session() as session:
        session.trust_env = False  # a proxy set for the internet must not be asked for loopback
        session.verify = str(authority) if authority else True
        if identity:
            session.cert = (str(identity[0]), str(identity[1]))
        try:
            return session.get(url, timeout=_PROBE_S).ok
        except (requests.RequestException, OSError):
            return False
