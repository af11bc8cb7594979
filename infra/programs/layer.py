"""Which site and which layer a stack is, and where its cluster stands."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pulumi

from infra.components.cluster import ClusterArgs, cluster_provider
from infra.components.errors import PlanError
from infra.inventory.errors import N_, EstranError
from infra.inventory.load import load_site
from infra.inventory.names import LAYERS
from infra.inventory.paths import SITES_DIR
from infra.inventory.site import Site
from infra.programs.models import models
from infra.programs.platform import platform
from infra.programs.tenants import tenants

PROGRAMS: dict[str, Callable[[Site, pulumi.ProviderResource], None]] = {
    "platform": platform, "tenants": tenants, "models": models,
}


def run_stack() -> None:
    """Run the program of the current stack; a refusal ends it with one message instead of a traceback."""
    try:
        site_id, layer = site_and_layer(pulumi.get_stack())
        site = load_site(_site_file(site_id))
        PROGRAMS[layer](site, cluster_provider(_cluster()))
    except EstranError as refusal:
        raise pulumi.RunError(str(refusal)) from refusal


def site_and_layer(stack: str) -> tuple[str, str]:
    """Return the two halves of a stack's name `<site>-<layer>`; raises PlanError when it has another shape."""
    site_id, _dash, layer = stack.rpartition("-")
    if not site_id or layer not in LAYERS:
        raise PlanError(N_("the stack's name is not <site>-<layer>"), where=stack,
                        remedy=N_("name it for instance demo-{layer}; layers: {layers}"),
                        layer=LAYERS[0], layers=", ".join(LAYERS))
    return site_id, layer


def _site_file(site_id: str) -> Path:
    configured = pulumi.Config().get("siteFile") or os.environ.get("ESTRAN_SITE_FILE")
    return Path(configured) if configured else SITES_DIR / f"{site_id}.yaml"


def _cluster() -> ClusterArgs:
    config = pulumi.Config()
    return ClusterArgs(
        kubeconfig=Path(_setting(config, "kubeconfig", "KUBECONFIG")),
        context=config.get("context") or "",
        uid=_setting(config, "clusterUid", "ESTRAN_CLUSTER_UID"),
    )


def _setting(config: pulumi.Config, key: str, variable: str) -> str:
    value = config.get(key) or os.environ.get(variable)
    if not value:
        raise PlanError(N_("this stack does not say which cluster it is for: {key} is not set"),
                        where=pulumi.get_stack(),
                        remedy=N_("run 'estran up --layer {layer}' once, or set estran:{key} or {variable}"),
                        key=key, variable=variable, layer=pulumi.get_stack().rpartition("-")[2])
    return value
