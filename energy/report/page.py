"""Jinja2 with everything escaped: a name in a site file can't become markup on the page."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template


@cache
def _environment() -> Environment:
    return Environment(loader=PackageLoader("energy.report"), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)


def template(name: str) -> Template:
    """Return the room's template `name`."""
    return _environment().get_template(name)
