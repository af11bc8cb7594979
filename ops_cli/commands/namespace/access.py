"""Which kubeconfig a command uses: the one given, KUBECONFIG, else the lab's identity of the tenant."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ops_cli.i18n import _

if TYPE_CHECKING:
    from infra.inventory.site import Site

F = TypeVar("F", bound=Callable[..., Any])


def kubeconfig_option(command: F) -> F:
    """Add `--kubeconfig FILE`."""
    return click.option("--kubeconfig", metavar="FILE", envvar="KUBECONFIG", default="",
                        help=_("Who you are; default: the lab's identity of the tenant."))(command)


def tenant_option(required: bool) -> Callable[[F], F]:
    """Return the option `--tenant ID`."""
    shape: dict[str, Any] = {"required": True} if required else {"default": ""}
    return click.option("--tenant", metavar="ID", envvar="ESTRAN_TENANT", help=_("The tenant you act for."), **shape)


def find_kubeconfig(given: str, site: Site, tenant: str) -> str:
    """Return the path of the kubeconfig to use; empty when there is none."""
    if given:
        return given
    from lab.errors import MissingToolError
    from lab.state import LabState

    try:
        lab = LabState.load(site.id)
        found = lab.tenant_kubeconfig(tenant) if tenant else lab.kubeconfig
    except MissingToolError:
        return ""
    return os.fspath(found)


def needed_kubeconfig(given: str, site: Site, tenant: str) -> str:
    """Return the path of the kubeconfig to use. Raises RequestError when there is none."""
    from infra.inventory.errors import N_
    from tenancy.errors import RequestError

    found = find_kubeconfig(given, site, tenant)
    if not found:
        raise RequestError(N_("no kubeconfig says who you are"), remedy=N_(
            "give one by --kubeconfig or the variable KUBECONFIG; on this machine alone, run `estran lab up`"))
    return found
