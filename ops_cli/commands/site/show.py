"""`estran site show`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops_cli.i18n import _
from ops_cli.options import output_option, site_option
from ops_cli.output import print_json, print_rows, result_console, talk_console

if TYPE_CHECKING:
    from infra.inventory.site import Site


@click.command("show", help=_("Draw feeds, zones, racks and tanks: in the terminal, or as a picture with --svg."))
@site_option
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help=_("Write the drawing to this SVG file."))
@output_option
def command(site: Site, svg: Path | None, output: str) -> None:
    if svg:
        from ops_cli.drawing.site_svg import site_svg

        svg.parent.mkdir(parents=True, exist_ok=True)
        svg.write_text(site_svg(site, _), "utf-8")
        talk_console().print(_("drawing written to {file}").format(file=svg))
    elif output == "json":
        print_json(site.model_dump(mode="json", by_alias=True))
    elif output == "csv":
        headings = {key: key for key in ("node", "enclosure", "slot", "zone", "outlets", "gpus", "nameplate_w")}
        print_rows(_node_rows(site), headings, output)
    else:
        from ops_cli.drawing.site_tree import site_tree

        result_console().print(site_tree(site, _))


def _node_rows(site: Site) -> list[dict[str, object]]:
    return [
        {"node": name, "enclosure": node.enclosure, "slot": node.slot, "zone": site.zone_of(name),
         "outlets": " ".join(node.outlets), "gpus": node.gpu_count, "nameplate_w": node.power.nameplate_w}
        for name, node in site.nodes.items()
    ]
