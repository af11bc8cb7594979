"""Kubeconfig files: whole in themselves, so that one can be copied to whoever acts."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

import yaml

from lab.pki import Pair
from lab.record import write_text


@dataclass(frozen=True)
class Entry:
    """The cluster that a kubeconfig reaches, and as whom."""

    cluster: str
    server: str
    authority: Path
    user: str
    pair: Pair
    namespace: str = "default"


def write_kubeconfig(path: Path, entry: Entry) -> Path:
    """Write the file when its content would change; return its path."""
    text = yaml.safe_dump(_document(entry), sort_keys=True)
    if not path.exists() or path.read_text("utf-8") != text:
        write_text(path, text)
    return path


def _document(entry: Entry) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": entry.cluster,
        "clusters": [{"name": entry.cluster, "cluster": {
            "server": entry.server, "certificate-authority-data": _encoded(entry.authority)}}],
        "contexts": [{"name": entry.cluster, "context": {
            "cluster": entry.cluster, "user": entry.user, "namespace": entry.namespace}}],
        "users": [{"name": entry.user, "user": {
            "client-certificate-data": _encoded(entry.pair.certificate), "client-key-data": _encoded(entry.pair.key)}}],
    }


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
