"""`estran site schema`."""

from __future__ import annotations

from pathlib import Path

import click

from ops_cli.i18n import _
from ops_cli.output import print_json


@click.command("schema", help=_("Print the JSON Schema of a site file; name it in the first line of the file: "
                                "# yaml-language-server: $schema=site.schema.json"))
@click.option("--into", type=click.Path(dir_okay=False, path_type=Path), help=_("Write to this file instead."))
def command(into: Path | None) -> None:
    import json

    from infra.inventory.schema import site_schema

    if into:
        into.write_text(json.dumps(site_schema(), indent=2, ensure_ascii=False) + "\n", "utf-8")
    else:
        print_json(site_schema())
