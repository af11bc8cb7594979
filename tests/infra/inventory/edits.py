"""The demo site with one thing changed: each test states only its own change."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from infra.inventory.errors import InventoryError
from infra.inventory.load import load_site
from tests.conftest import SITES

Data = dict[str, Any]
DEMO: Data = yaml.safe_load((SITES / "demo.yaml").read_text("utf-8"))


def edited(change: Callable[[Data], object]) -> Data:
    """Return a copy of the demo's data after `change`."""
    data = copy.deepcopy(DEMO)
    change(data)
    return data


def put(path: str, value: Any) -> Callable[[Data], object]:
    """Return a change that writes `value` at a dotted path; the last key may be new."""

    def change(data: Data) -> None:
        *parents, last = path.split(".")
        for key in parents:
            data = data[key]
        data[last] = value

    return change


def refusal_of(tmp_path: Path, data: Data | str) -> str:
    """Write a site file, load it, and return the whole text of its refusal."""
    file = tmp_path / "site.yaml"
    text = data if isinstance(data, str) else yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    file.write_text(text, "utf-8")
    try:
        load_site(file)
    except InventoryError as error:
        return str(error)
    raise AssertionError("the site file was accepted")
