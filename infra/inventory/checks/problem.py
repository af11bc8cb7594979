"""One problem of a site file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.inventory.yaml_source import KeyPath


@dataclass(frozen=True)
class Problem:
    """Where (key path), which message (`messages.MESSAGES`), and the figures that fill it."""

    at: KeyPath
    kind: str
    figures: Mapping[str, object] = field(default_factory=dict)
