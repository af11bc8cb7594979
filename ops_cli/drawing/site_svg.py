"""The site as one SVG picture: self-contained, readable in print and for colour-blind readers (Okabe-Ito palette)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from infra.inventory.site import Site
from ops_cli.drawing.site_layout import site_layout


def site_svg(site: Site, translate: Callable[[str], str]) -> str:
    """Return the drawing of a site, its words in the reader's language."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True)
    template = environment.get_template("site.svg.jinja")
    return template.render(site=site, layout=site_layout(site), _=translate)
