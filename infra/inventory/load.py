"""`load_site`: a file in, a consistent `Site` out, or one refusal that lists every problem with its line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from infra.inventory.checks import Problem, problems_of
from infra.inventory.errors import N_, Detail, InventoryError
from infra.inventory.messages import MESSAGES
from infra.inventory.site import Site
from infra.inventory.yaml_source import KeyPath, Source, read_source

SHOWN_MAX = 20


def load_site(path: Path) -> Site:
    """Return the site described by the YAML file at `path`.

    Raises InventoryError with a detail (file:line: key: what is wrong and what to write) per problem.
    """
    return site_from(read_source(path))


def site_from(source: Source) -> Site:
    """Return the site of a source already read; raises InventoryError as `load_site` does."""
    try:
        site = Site.model_validate(source.data)
    except ValidationError as error:
        raise _refused(source, map(_shape_problem, error.errors(include_url=False))) from error
    problems = list(problems_of(site))
    if problems:
        raise _refused(source, problems)
    return site


def _refused(source: Source, problems: Iterable[Problem]) -> InventoryError:
    found = sorted(problems, key=lambda problem: source.line_of(problem.at))
    details = [
        Detail(f"{source.path}:{source.line_of(problem.at)}: {_written(problem.at)}",
               MESSAGES[problem.kind], problem.figures)
        for problem in found[:SHOWN_MAX]
    ]
    return InventoryError(N_("the site file can't be used; problems found: {count}"), where=str(source.path),
                          details=details, count=len(found))


def _written(at: KeyPath) -> str:
    return ".".join(map(str, at)) or "-"


def _shape_problem(error: Mapping[str, Any]) -> Problem:
    at = tuple(part for part in error["loc"] if part != "[key]")
    kind = error["type"]
    if kind == "extra_forbidden":
        return Problem(at, kind, {"known": ", ".join(_known_keys(at[:-1]))})
    if kind in MESSAGES:
        return Problem(at, kind, error.get("ctx", {}) or {"value": repr(error.get("input"))})
    return Problem(at, "other", {"value": repr(error.get("input")), "reason": error["msg"]})


def _known_keys(at: KeyPath) -> list[str]:
    """Return the keys that the model at `at` knows, walking the models' own annotations."""
    place: Any = Site
    for part in at:
        if _is_model(place):
            field = place.model_fields.get(part)
            place = field.annotation if field else None
        else:
            # A map's key or a list's index leads to what the map or list holds.
            place = next((held for held in get_args(place) if _is_model(held)), None)
    return [field.alias or name for name, field in place.model_fields.items()] if _is_model(place) else []


def _is_model(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)
