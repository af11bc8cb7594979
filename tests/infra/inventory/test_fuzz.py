"""Whatever is done to a site file, it loads or it is refused with lines; nothing else ever comes out."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.inventory.errors import InventoryError
from infra.inventory.load import load_site
from tests.infra.inventory.edits import DEMO

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**12), st.floats(allow_nan=True), st.text(max_size=12),
    st.sampled_from(["8Gi", "4 kW", "a-cp-1", "..", "~", "grid", "1e400"]), st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2))


def paths_of(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    if isinstance(value, dict):
        for key, held in value.items():
            yield from paths_of(held, (*at, key))
    elif isinstance(value, list):
        for index, held in enumerate(value):
            yield from paths_of(held, (*at, index))


PATHS = sorted(paths_of(DEMO), key=str)
# A text with control characters can't be written as YAML at all: that is another refusal, tested beside.
QUIET = settings(max_examples=150, deadline=None,
                 suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def outcome(file: Path, data: Any) -> str:
    file.write_text(yaml.safe_dump(data, allow_unicode=False), "utf-8")
    try:
        load_site(file)
    except InventoryError as error:
        lines = len(file.read_text("utf-8").splitlines())
        for detail in error.details:
            assert 1 <= int(detail.where.removeprefix(f"{file}:").split(":")[0]) <= lines
        assert error.details or error.remedy or ":" in error.where
        return str(error)
    return ""


@QUIET
@given(path=st.sampled_from(PATHS), value=SCALARS)
def test_any_value_anywhere(tmp_path: Path, path: tuple[Any, ...], value: Any) -> None:
    data = copy.deepcopy(DEMO)
    held: Any = data
    for key in path[:-1]:
        held = held[key]
    held[path[-1]] = value
    assert isinstance(outcome(tmp_path / "site.yaml", data), str)


@QUIET
@given(path=st.sampled_from([path for path in PATHS if isinstance(path[-1], str)]))
def test_any_key_missing(tmp_path: Path, path: tuple[Any, ...]) -> None:
    data = copy.deepcopy(DEMO)
    held: Any = data
    for key in path[:-1]:
        held = held[key]
    del held[path[-1]]
    said = outcome(tmp_path / "site.yaml", data)
    assert "problems found" in said or not said


@QUIET
@given(path=st.sampled_from([path for path in PATHS if isinstance(path[-1], str)]), name=st.text("abcxyz", min_size=3))
def test_any_key_misspelt_is_named(tmp_path: Path, path: tuple[Any, ...], name: str) -> None:
    data = copy.deepcopy(DEMO)
    held: Any = data
    for key in path[:-1]:
        held = held[key]
    held[f"{path[-1]}{name}"] = held.pop(path[-1])
    said = outcome(tmp_path / "site.yaml", data)
    # A map keyed by ids takes any name: then something that pointed at the old id says so, or nothing did.
    assert not said or name in said or "does not exist" in said or str(path[-1]) in said or "problems found" in said


@QUIET
@given(text=st.text(max_size=200))
def test_any_text(tmp_path: Path, text: str) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(text, "utf-8", errors="replace")
    try:
        load_site(file)
    except InventoryError as error:
        assert str(file) in str(error)
    else:
        raise AssertionError("random text became a site")
