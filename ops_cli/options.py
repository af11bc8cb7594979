"""Options shared by commands; each delivers what the command works with, not a path."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from infra.inventory.paths import SITES_DIR
from ops_cli.i18n import _
from ops_cli.output import FORMATS

F = TypeVar("F", bound=Callable[..., Any])


def output_option(command: F) -> F:
    """Add `--output table|json|csv`."""
    return click.option(
        "-o", "--output", type=click.Choice(FORMATS), default="table", show_default=True,
        envvar="ESTRAN_OUTPUT", help=_("Format of the result."),
    )(command)


def dry_run_option(command: F) -> F:
    """Add `--dry-run`."""
    return click.option("--dry-run", is_flag=True, help=_("Say what would change; change nothing."))(command)


def site_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--site NAME|FILE` and hand the command the loaded `Site` as its `site` argument."""

    def without_file(*args: Any, site_file: Path, **kwargs: Any) -> Any:
        del site_file
        return command(*args, **kwargs)

    return site_file_option(functools.wraps(command)(without_file))


def site_file_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--site NAME|FILE` and hand the command both the loaded `site` and the `site_file` it came from."""

    @click.option(
        "--site", "site_name", default="demo", show_default=True, envvar="ESTRAN_SITE", metavar="NAME|FILE",
        help=_("A shipped site, or the path of a site file."),
    )
    @functools.wraps(command)
    def with_site(*args: Any, site_name: str, **kwargs: Any) -> Any:
        from infra.inventory.load import load_site

        file = site_path(site_name)
        return command(*args, site=load_site(file), site_file=file, **kwargs)

    return with_site


def kubeconfig_option(command: F) -> F:
    """Add `--kubeconfig FILE`."""
    return click.option(
        "--kubeconfig", type=click.Path(dir_okay=False, path_type=Path),
        help=_("Work on this cluster instead of the site's lab."),
    )(command)


def layers_option(command: F) -> F:
    """Add `--layer NAME`, which may be given several times; all layers in order when it is not."""
    from infra.inventory.names import LAYERS

    def in_order(_ctx: click.Context, _param: click.Parameter, chosen: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(layer for layer in LAYERS if layer in chosen or not chosen)

    return click.option(
        "--layer", "layers", type=click.Choice(LAYERS), multiple=True, callback=in_order,
        help=_("Only this layer; may be given several times."),
    )(command)


def site_path(name: str) -> Path:
    """Return the file meant by `name`: a path when it looks like one, else a site shipped with Estran."""
    looks_like_path = os.sep in name or name.endswith((".yaml", ".yml"))
    return Path(name) if looks_like_path else SITES_DIR / f"{name}.yaml"
