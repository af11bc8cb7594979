"""A site file as plain data plus the line of every key; what could hide something is refused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra.inventory.errors import N_, InventoryError
from infra.inventory.messages import MESSAGES

SIZE_MAX_BYTES = 2 << 20
DEPTH_MAX = 40
KeyPath = tuple[str | int, ...]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Source:
    """The data of a file, and where each key path stands in it (lines count from 1)."""

    path: Path
    data: Any
    lines: dict[KeyPath, int]

    def line_of(self, key_path: KeyPath) -> int:
        """Return the line of the nearest known ancestor of `key_path`."""
        while key_path and key_path not in self.lines:
            key_path = key_path[:-1]
        return self.lines.get(key_path, 1)


def read_source(path: Path) -> Source:
    """Return the file as data and lines.

    Raises InventoryError when the file is missing, too large, no YAML, or uses anchors (one line of them can grow
    to gigabytes) or twice the same key (the second would silently win).
    """
    text = _text_of(path)
    try:
        _refuse_anchors(path, text)
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else text[:getattr(error, "position", 0)].count("\n") + 1
        raise InventoryError(N_("this is not YAML that can be read: {problem}"), where=f"{path}:{line}",
                             remedy=N_("mend that line; a value with ':' or '#' goes between quotes"),
                             problem=getattr(error, "problem", None) or getattr(error, "reason", "")) from error
    if not isinstance(root, yaml.MappingNode):
        raise InventoryError(N_("a site file is a map of keys"), where=str(path),
                             remedy=N_("start from a copy of infra/sites/demo.yaml"))
    lines: dict[KeyPath, int] = {}
    data = _Reader(path, lines).value_of(root, ())
    return Source(path, data, lines)


def _refuse_anchors(path: Path, text: str) -> None:
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise InventoryError(N_("anchors ('&') and aliases ('*') are not read in a site file"),
                                 where=f"{path}:{_line(event)}",
                                 remedy=N_("write the value out where it is used"))


def _line(marked: yaml.Node | yaml.Event) -> int:
    return marked.start_mark.line + 1 if marked.start_mark else 1


def _text_of(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > SIZE_MAX_BYTES:
            raise InventoryError(N_("the file has {size} bytes, more than the {limit} that a site file may have"),
                                 where=str(path), remedy=N_("check that this is the site file"),
                                 size=size, limit=SIZE_MAX_BYTES)
        return path.read_text("utf-8")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise InventoryError(N_("there is no such site file"), where=str(path),
                             remedy=N_("name a shipped site (demo, sables) or the path of a YAML file")) from error
    except UnicodeDecodeError as error:
        raise InventoryError(N_("the file is not text in UTF-8"), where=str(path),
                             remedy=N_("save it in UTF-8")) from error


class _Reader:
    """Turns the composed tree into data, noting lines on its way."""

    def __init__(self, path: Path, lines: dict[KeyPath, int]) -> None:
        self.path = path
        self.lines = lines
        self._scalars = yaml.SafeLoader("")

    def value_of(self, node: yaml.Node, at: KeyPath) -> Any:
        self.lines.setdefault(at, _line(node))
        if len(at) > DEPTH_MAX:
            raise self._refusal(node, N_("the file is nested deeper than any site needs"))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self.value_of(child, (*at, index)) for index, child in enumerate(node.value)]
        try:
            return self._scalars.construct_object(node)
        except (ValueError, OverflowError, yaml.YAMLError) as error:
            raise self._refusal(node, N_("'{value}' is no value of its kind; put it between quotes if it is text"),
                                value=str(node.value)[:60]) from error

    def _mapping(self, node: yaml.MappingNode, at: KeyPath) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = _line(key_node)
            if key in result:
                raise self._refusal(key_node, MESSAGES["duplicate_key"], key=key, first=self.lines[(*at, key)])
            self.lines[(*at, key)] = line
            result[key] = self.value_of(value_node, (*at, key))
        return result

    def _refusal(self, node: yaml.Node, what: str, **figures: Any) -> InventoryError:
        return InventoryError(what, where=f"{self.path}:{_line(node)}", **figures)
