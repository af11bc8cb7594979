"""The pins: every engine, its version, its files, and how its version is asked."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

from toolchain.errors import N_, MissingToolError

PULUMI = "3.224.0"
PULUMI_KUBERNETES = "4.27.0"
KUBERNETES = "1.35.4"
ETCD = "3.6.5"
KWOK = "0.8.0"
PROMETHEUS = "3.5.0"
PROMETHEUS_OLDEST = "2.42"


@dataclass(frozen=True)
class Engine:
    """One engine. `files[0]` is its main program; the others must lie beside it.

    `version_command` makes the program print its version; empty when it can't, and then `beside` names the engine of
    the same publisher whose neighbour it must be. `oldest`: any version from it on will do; otherwise the pin, exactly.
    """

    name: str
    version: str
    files: tuple[str, ...]
    version_command: tuple[str, ...] = ()
    beside: str = ""
    oldest: str = ""
    debian_package: str = ""

    @property
    def program(self) -> str:
        return self.files[0]

    def accepts(self, version: str) -> bool:
        """Tell whether a program of this `version` can stand for the engine."""
        if not self.oldest:
            return version == self.version
        return _numbers(version) >= _numbers(self.oldest)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("+")[0].split("-")[0].split(".") if part.isdigit())


_KUBERNETES_VERSION = ("--version",)

ENGINES: dict[str, Engine] = {engine.name: engine for engine in (
    Engine("pulumi", PULUMI, ("pulumi",), ("version",)),
    Engine("pulumi-language-python", PULUMI,
           ("pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python"), beside="pulumi"),
    Engine("pulumi-resource-kubernetes", PULUMI_KUBERNETES, ("pulumi-resource-kubernetes",)),
    Engine("etcd", ETCD, ("etcd",), ("--version",)),
    Engine("kube-apiserver", KUBERNETES, ("kube-apiserver",), _KUBERNETES_VERSION),
    Engine("kube-controller-manager", KUBERNETES, ("kube-controller-manager",), _KUBERNETES_VERSION),
    Engine("kube-scheduler", KUBERNETES, ("kube-scheduler",), _KUBERNETES_VERSION),
    Engine("kubectl", KUBERNETES, ("kubectl",), ("version", "--client")),
    Engine("kwok", KWOK, ("kwok",), ("--version",)),
    Engine("prometheus", PROMETHEUS, ("prometheus", "promtool"), ("--version",), oldest=PROMETHEUS_OLDEST,
           debian_package="prometheus"),
)}


@dataclass(frozen=True)
class Machine:
    """The operating system and processor, in the words of Go (GOOS, GOARCH)."""

    system: str
    processor: str


_PROCESSORS = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def this_machine() -> Machine:
    """Return this machine. Raises MissingToolError on a system for which no engine exists."""
    system = sys.platform if sys.platform in ("linux", "darwin") else ""
    processor = _PROCESSORS.get(platform.machine().lower(), "")
    if not system or not processor:
        raise MissingToolError(
            N_("No engine is published for {system} on {processor}."), system=sys.platform,
            processor=platform.machine(), remedy=N_("Use Linux or macOS on x86-64 or ARM64."),
        )
    return Machine(system, processor)
