"""The last plan of each site, kept beside the cache so that the next one can be compared with it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from infra.inventory.errors import N_, EstranError
from infra.inventory.paths import cache_dir
from infra.plan.difference import as_yaml

Manifest = Mapping[str, Any]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class PlanError(EstranError):
    """A plan can't be read."""


def last_plan_file(site_id: str) -> Path:
    """Return where the last plan of a site is kept."""
    return cache_dir() / "plans" / f"{site_id}.yaml"


def read_plan(file: Path) -> list[Manifest]:
    """Return the manifests of a plan written before; raises PlanError when the file is no such plan."""
    try:
        documents = list(yaml.load_all(file.read_text("utf-8"), Loader=_LOADER))  # a safe loader, in C
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PlanError(N_("this is not a plan that can be read: {reason}"), where=str(file),
                        remedy=N_("name a file that 'estran plan --offline --into FILE' wrote"),
                        reason=str(error).splitlines()[0]) from error
    if not all(isinstance(document, dict) and {"kind", "metadata"} <= document.keys() for document in documents):
        raise PlanError(N_("this file holds something else than manifests"), where=str(file),
                        remedy=N_("name a file that 'estran plan --offline --into FILE' wrote"))
    return documents


def write_plan(file: Path, manifests: list[Manifest]) -> None:
    """Write a plan whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False) as part:
        part.write(as_yaml(manifests))
    os.replace(part.name, file)  # noqa: PTH105  # the one call that is atomic on every platform
