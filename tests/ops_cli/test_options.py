"""Options deliver parsed objects."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from infra.inventory.names import LAYERS
from infra.inventory.paths import SITES_DIR
from infra.inventory.site import Site
from ops_cli.options import layers_option, site_file_option, site_option, site_path


@pytest.mark.parametrize(("name", "path"), [
    ("demo", SITES_DIR / "demo.yaml"), ("./demo", Path("demo")), ("x.yaml", Path("x.yaml")), ("x.yml", Path("x.yml"))])
def test_a_name_is_a_shipped_site_and_a_path_is_a_path(name: str, path: Path) -> None:
    assert site_path(name) == path


def test_the_command_gets_a_site() -> None:
    @click.command()
    @site_option
    def show(site: Site) -> None:
        click.echo(site.identity.operator)

    assert CliRunner().invoke(show, ["--site", "sables"]).output == "Opérateur public d'exemple\n"


def test_the_command_may_get_its_file_too() -> None:
    @click.command()
    @site_file_option
    def show(site: Site, site_file: Path) -> None:
        click.echo(f"{site.id} {site_file.name}")

    assert CliRunner().invoke(show, []).output == "demo demo.yaml\n"
    assert CliRunner().invoke(show, [], env={"ESTRAN_SITE": "sables"}).output == "sables sables.yaml\n"


@pytest.mark.parametrize(("given", "layers"), [
    ((), LAYERS), (("models", "platform"), ("platform", "models")), (("tenants",), ("tenants",))])
def test_layers_come_in_their_order_whatever_was_typed(given: tuple[str, ...], layers: tuple[str, ...]) -> None:
    @click.command()
    @layers_option
    def show(layers: tuple[str, ...]) -> None:
        click.echo(" ".join(layers))

    words = [word for layer in given for word in ("--layer", layer)]
    assert CliRunner().invoke(show, words).output.split() == list(layers)
