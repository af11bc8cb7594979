"""Where each publisher puts its releases, and the list of checksums that goes with them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from toolchain.engines import ENGINES, Engine, Machine

MIRROR_VARIABLE = "ESTRAN_MIRROR"
GITHUB = "https://github.com"
GITHUB_API = "https://api.github.com"
KUBERNETES_RELEASES = "https://dl.k8s.io/release"
PULUMI_RELEASES = "https://get.pulumi.com/releases/sdk"


@dataclass(frozen=True)
class Release:
    """A published file and the publisher's list of checksums for it.

    `checksums` holds lines "digest  name", a bare digest, or the GitHub API's description of a release.
    `archive` tells a tar from a bare program. `upstream` is the file's address at its publisher, whatever the mirror.
    """

    url: str
    checksums: str
    archive: bool
    upstream: str = ""

    @property
    def name(self) -> str:
        return self.url.rpartition("/")[2]

    @property
    def hosts(self) -> frozenset[str]:
        """Return the origins (scheme and host) that must answer."""
        return frozenset(origin(url) for url in (self.url, self.checksums))


def release_of(engine: Engine, machine: Machine) -> Release | None:
    """Return the published release of `engine` for `machine`; None where the publisher makes none."""
    maker = _MAKERS.get(engine.name)
    release = maker(engine, machine) if maker else None
    if release is None:
        return None
    return Release(mirrored(release.url), mirrored(release.checksums), release.archive, release.url)


def mirrored(url: str) -> str:
    """Return `url` as the site's mirror serves it: <mirror>/<upstream host>/<path>; unchanged without a mirror."""
    mirror = os.environ.get(MIRROR_VARIABLE, "").rstrip("/")
    return f"{mirror}/{url.partition('://')[2]}" if mirror else url


def origin(url: str) -> str:
    """Return the scheme and host (with its port) of `url`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _pulumi(engine: Engine, machine: Machine) -> Release:
    processor = {"amd64": "x64"}.get(machine.processor, machine.processor)
    return Release(
        f"{PULUMI_RELEASES}/pulumi-v{engine.version}-{machine.system}-{processor}.tar.gz",
        f"{GITHUB}/pulumi/pulumi/releases/download/v{engine.version}/pulumi-{engine.version}-checksums.txt",
        archive=True)


def _provider(engine: Engine, machine: Machine) -> Release:
    base = f"{GITHUB}/pulumi/pulumi-kubernetes/releases/download/v{engine.version}"
    return Release(f"{base}/{engine.name}-v{engine.version}-{machine.system}-{machine.processor}.tar.gz",
                   f"{base}/pulumi-kubernetes_{engine.version}_checksums.txt", archive=True)


def _kubernetes(engine: Engine, machine: Machine) -> Release | None:
    if machine.system != "linux" and engine.name != "kubectl":
        return None  # dl.k8s.io publishes the control plane for Linux only
    url = f"{KUBERNETES_RELEASES}/v{engine.version}/bin/{machine.system}/{machine.processor}/{engine.program}"
    return Release(url, f"{url}.sha256", archive=False)


def _etcd(engine: Engine, machine: Machine) -> Release | None:
    if machine.system != "linux":
        return None  # published as zip elsewhere; built instead
    base = f"{GITHUB}/etcd-io/etcd/releases/download/v{engine.version}"
    return Release(f"{base}/etcd-v{engine.version}-{machine.system}-{machine.processor}.tar.gz", f"{base}/SHA256SUMS",
                   archive=True)


def _kwok(engine: Engine, machine: Machine) -> Release:
    return Release(  # KWOK publishes no list of its own: GitHub's record of each file's digest stands for it
        f"{GITHUB}/kubernetes-sigs/kwok/releases/download/v{engine.version}/kwok-{machine.system}-{machine.processor}",
        f"{GITHUB_API}/repos/kubernetes-sigs/kwok/releases/tags/v{engine.version}", archive=False)


def _prometheus(engine: Engine, machine: Machine) -> Release:
    base = f"{GITHUB}/prometheus/prometheus/releases/download/v{engine.version}"
    return Release(f"{base}/prometheus-{engine.version}.{machine.system}-{machine.processor}.tar.gz",
                   f"{base}/sha256sums.txt", archive=True)


_MAKERS: dict[str, Callable[[Engine, Machine], Release | None]] = {
    "pulumi": _pulumi,
    "pulumi-language-python": _pulumi,
    "pulumi-resource-kubernetes": _provider,
    "etcd": _etcd,
    **{name: _kubernetes for name in ENGINES if name.startswith("kube")},
    "kwok": _kwok,
    "prometheus": _prometheus,
}
