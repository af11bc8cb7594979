"""How a plan differs from the one before it, object by object."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import yaml

Manifest = Mapping[str, Any]
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True)
class Change:
    """One object that comes, goes or changes; `lines` is a unified difference of its YAML."""

    identity: str
    kind: Literal["added", "changed", "removed"]
    lines: tuple[str, ...]


def identity_of(manifest: Manifest) -> str:
    """Return `apiVersion/Kind namespace/name`: what the API server itself tells objects apart by."""
    metadata = manifest["metadata"]
    place = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
    return f"{manifest['apiVersion']}/{manifest['kind']} {place}{metadata['name']}"


def as_yaml(manifests: Iterable[Manifest]) -> str:
    """Return manifests as one YAML stream that `kubectl` reads, each document's keys in a fixed order."""
    text: str = yaml.dump_all([_plain(manifest) for manifest in manifests], Dumper=_DUMPER, sort_keys=True,
                              allow_unicode=True, explicit_start=True, width=120)
    return text


def difference(before: Iterable[Manifest], after: Iterable[Manifest]) -> list[Change]:
    """Return the changes that lead from `before` to `after`, sorted by identity; empty when nothing changed."""
    old = {identity_of(manifest): _plain(manifest) for manifest in before}
    new = {identity_of(manifest): _plain(manifest) for manifest in after}
    changes = []
    for identity in sorted(old.keys() | new.keys()):
        if old.get(identity) != new.get(identity):
            lines = _lines(old.get(identity), new.get(identity), identity)
            kind = "added" if identity not in old else "removed" if identity not in new else "changed"
            changes.append(Change(identity, kind, lines))  # type: ignore[arg-type]  # mypy widens the three words to str
    return changes


def _lines(old: Any, new: Any, identity: str) -> tuple[str, ...]:
    before, after = (as_yaml([manifest]).splitlines() if manifest else [] for manifest in (old, new))
    return tuple(difflib.unified_diff(before, after, f"before/{identity}", f"after/{identity}", lineterm="", n=3))


def _plain(value: Any) -> Any:
    """Copy tuples and mappings into what YAML gives back, so that a plan read from a file compares equal."""
    if isinstance(value, Mapping):
        return {key: _plain(held) for key, held in value.items()}
    return [_plain(held) for held in value] if isinstance(value, list | tuple) else value
