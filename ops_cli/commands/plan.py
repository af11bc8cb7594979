"""`estran plan`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops_cli.i18n import _
from ops_cli.options import layers_option, output_option, site_file_option
from ops_cli.output import print_json, print_rows, talk_console

if TYPE_CHECKING:
    from infra.inventory.site import Site
    from infra.plan.difference import Change


@click.command("plan", help=_("Print every manifest of the site, and what changed since the last plan. With --offline "
                              "no cluster is needed; without it, Pulumi previews each layer on the live cluster."))
@site_file_option
@layers_option
@click.option("--offline", is_flag=True, help=_("Ask no cluster: print manifests and their difference."))
@click.option("--against", type=click.Path(dir_okay=False, path_type=Path), help=_("Compare with this plan instead."))
@click.option("--into", type=click.Path(dir_okay=False, path_type=Path), help=_("Write the manifests to this file."))
@click.option("--keep/--no-keep", default=True, show_default=True, help=_("Remember this plan for the next one."))
@output_option
def command(site: Site, site_file: Path, layers: tuple[str, ...], offline: bool, output: str,
            **files: Path | bool | None) -> None:
    if offline:
        _offline(site, layers, output, files)
        return
    from ops_cli.run.layers import Request, show_outcomes, up_layers
    from ops_cli.run.target import target_of

    show_outcomes(up_layers(Request(site, site_file, layers), target_of(site), preview=True), output)


def _offline(site: Site, layers: tuple[str, ...], output: str, files: dict[str, Path | bool | None]) -> None:
    from infra.plan.difference import as_yaml, difference
    from infra.plan.manifests import site_manifests
    from infra.plan.store import last_plan_file, read_plan, write_plan

    manifests = [manifest for layer in site_manifests(site, layers).values() for manifest in layer]
    last = last_plan_file("-".join([site.id, *layers]))
    against = Path(str(files["against"])) if files["against"] else last
    before = read_plan(against) if files["against"] or against.exists() else []
    changes = difference(before, manifests)
    if files["into"]:
        write_plan(Path(str(files["into"])), manifests)
    if output == "json":
        print_json({"manifests": manifests, "changes": [vars(change) for change in changes]})
    elif output == "csv":
        print_rows(_rows(changes), {"change": "change", "object": "object"}, "csv")
    else:
        if not files["into"]:
            click.echo(as_yaml(manifests))
        _say_changes(changes, len(manifests), first=not before)
    if files["keep"]:
        write_plan(last, manifests)


def _rows(changes: list[Change]) -> list[dict[str, str]]:
    return [{"change": change.kind, "object": change.identity} for change in changes]


def _say_changes(changes: list[Change], total: int, *, first: bool) -> None:
    talk = talk_console()
    colours = {"+": "green", "-": "red", "@": "cyan"}
    if not first:
        for change in changes:
            for line in change.lines:
                talk.print(line, style=colours.get(line[:1]), markup=False)
    counts = {kind: sum(change.kind == kind for change in changes) for kind in ("added", "changed", "removed")}
    talk.print(_("{total} objects; since the last plan: {added} added, {changed} changed, {removed} removed").format(
        total=total, **counts))
