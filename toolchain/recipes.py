"""How each engine is built from its Go module: which module of ours, which package, which values are linked in."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from toolchain.engines import ETCD, KUBERNETES, PULUMI, PULUMI_KUBERNETES, Engine, Machine
from toolchain.files import digest
from toolchain.paths import MODULES

PROVIDER_MODULE = "github.com/pulumi/pulumi-kubernetes/provider/v4"
PULUMI_SDK_MODULE = "github.com/pulumi/pulumi/sdk/v3"
PROVIDER_PACKAGE = "./pulumi-resource-kubernetes"


@dataclass(frozen=True)
class Module:
    """One of our Go modules: its go.sum pins every line of code that goes into its engines."""

    name: str
    values: tuple[tuple[str, str], ...] = ()
    root: Path = MODULES

    @property
    def folder(self) -> Path:
        return self.root / self.name

    @property
    def ldflags(self) -> str:
        return " ".join(["-s", "-w", *(f"-X {name}={value}" for name, value in self.values)])

    def fingerprint(self) -> str:
        """Return the digest of everything in the module's folder and of the linked values."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        listing = [[str(path.relative_to(self.folder)), digest(path)] for path in files]
        return hashlib.sha256(json.dumps([listing, self.ldflags]).encode()).hexdigest()


@dataclass(frozen=True)
class Recipe:
    """The Go package that makes an engine, and the name that `go build` gives to its program."""

    module: Module
    package: str
    output: str

    def key(self, engine: Engine, machine: Machine) -> str:
        """Return the content address of what this recipe makes."""
        parts = [self.module.fingerprint(), self.package, engine.version, machine.system, machine.processor]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _kubernetes_values() -> tuple[tuple[str, str], ...]:
    major, minor, _patch = KUBERNETES.split(".")
    named = (("gitVersion", f"v{KUBERNETES}"), ("gitMajor", major), ("gitMinor", minor))
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return tuple((f"{package}.{name}", value) for package in packages for name, value in named)


ENGINES_MODULE = Module("engines", (
    ("github.com/pulumi/pulumi/sdk/v3/go/common/version.Version", f"v{PULUMI}"),
    (f"{PROVIDER_MODULE}/pkg/version.Version", PULUMI_KUBERNETES),
    # etcd takes its version from its api module, for which Kubernetes asks a newer patch than the server's.
    ("go.etcd.io/etcd/api/v3/version.Version", ETCD),
    *_kubernetes_values(),
))
LANGUAGE_HOST_MODULE = Module("language-host")
KWOK_MODULE = Module("kwok")

RECIPES: dict[str, Recipe] = {
    "pulumi": Recipe(ENGINES_MODULE, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", "pulumi"),
    "pulumi-resource-kubernetes": Recipe(ENGINES_MODULE, PROVIDER_PACKAGE, "pulumi-resource-kubernetes"),
    "etcd": Recipe(ENGINES_MODULE, "go.etcd.io/etcd/server/v3", "server"),
    **{name: Recipe(ENGINES_MODULE, f"k8s.io/kubernetes/cmd/{name}", name)
       for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl")},
    "pulumi-language-python": Recipe(
        LANGUAGE_HOST_MODULE, "github.com/pulumi/pulumi/sdk/python/cmd/pulumi-language-python/v3",
        "pulumi-language-python"),
    "kwok": Recipe(KWOK_MODULE, "sigs.k8s.io/kwok/cmd/kwok", "kwok"),
}
