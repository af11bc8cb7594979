"""Where each publisher puts its files, per system, and what a mirror makes of it."""

from __future__ import annotations

import pytest

from toolchain.engines import ENGINES, Machine
from toolchain.releases import mirrored, origin, release_of

LINUX, ARM, MAC = Machine("linux", "amd64"), Machine("linux", "arm64"), Machine("darwin", "arm64")


@pytest.mark.parametrize(("name", "machine", "url"), [
    ("pulumi", LINUX, "https://get.pulumi.com/releases/sdk/pulumi-v3.224.0-linux-x64.tar.gz"),
    ("pulumi", MAC, "https://get.pulumi.com/releases/sdk/pulumi-v3.224.0-darwin-arm64.tar.gz"),
    ("pulumi-language-python", LINUX, "https://get.pulumi.com/releases/sdk/pulumi-v3.224.0-linux-x64.tar.gz"),
    ("kubectl", MAC, "https://dl.k8s.io/release/v1.35.4/bin/darwin/arm64/kubectl"),
    ("kube-apiserver", ARM, "https://dl.k8s.io/release/v1.35.4/bin/linux/arm64/kube-apiserver"),
    ("etcd", LINUX, "https://github.com/etcd-io/etcd/releases/download/v3.6.5/etcd-v3.6.5-linux-amd64.tar.gz"),
    ("kwok", LINUX, "https://github.com/kubernetes-sigs/kwok/releases/download/v0.8.0/kwok-linux-amd64"),
    ("prometheus", LINUX,
     "https://github.com/prometheus/prometheus/releases/download/v3.5.0/prometheus-3.5.0.linux-amd64.tar.gz"),
])
def test_addresses(monkeypatch: pytest.MonkeyPatch, name: str, machine: Machine, url: str) -> None:
    monkeypatch.delenv("ESTRAN_MIRROR", raising=False)
    release = release_of(ENGINES[name], machine)
    assert release is not None
    assert release.url == url == release.upstream


@pytest.mark.parametrize("name", ["kube-apiserver", "kube-scheduler", "kube-controller-manager", "etcd"])
def test_control_plane_is_published_for_linux_only(name: str) -> None:
    assert release_of(ENGINES[name], MAC) is None


def test_every_engine_has_a_release_for_linux() -> None:
    for engine in ENGINES.values():
        release = release_of(engine, LINUX)
        assert release is not None
        assert engine.version in release.url
        assert release.checksums != release.url


def test_mirror_stands_for_every_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTRAN_MIRROR", "https://mirror.example/upstream/")
    release = release_of(ENGINES["kubectl"], LINUX)
    assert release is not None
    assert release.url == "https://mirror.example/upstream/dl.k8s.io/release/v1.35.4/bin/linux/amd64/kubectl"
    assert release.hosts == {"https://mirror.example"}
    assert release.upstream.startswith("https://dl.k8s.io/")


def test_origin_keeps_the_port() -> None:
    assert origin("http://127.0.0.1:8080/a/b") == "http://127.0.0.1:8080"
    assert mirrored("https://dl.k8s.io/x").startswith("http")
