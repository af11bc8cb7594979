"""Which cluster a site's layers go to: the one named by the user, else the site's lab."""

from __future__ import annotations

import os
from pathlib import Path

from infra.components.cluster import ClusterArgs, live_cluster_uid
from infra.inventory.site import Site
from ops_cli.run.workspace import Target


def target_of(site: Site, named: Path | None = None) -> Target:
    """Return the target of a site, once the cluster has answered.

    With the lab, the cluster must be the one that the lab remembers. With a kubeconfig of the user's, its identity is
    learnt at the first run and held from then on by the stack's own settings. Raises UnreachableError when nothing
    answers, MissingToolError when there is neither a kubeconfig nor a lab.
    """
    from lab.state import LabState
    from toolchain.environment import engine_environment

    if named:
        cluster = ClusterArgs(named, os.environ.get("ESTRAN_CONTEXT", ""), "")
        return Target(named, cluster.context, live_cluster_uid(cluster), {**os.environ, **engine_environment()})
    lab = LabState.load(site.id)
    cluster = ClusterArgs(lab.kubeconfig, site.cluster.name, lab.cluster_uid)
    live_cluster_uid(cluster)
    environment = {**os.environ, **engine_environment(), **lab.environment()}
    return Target(cluster.kubeconfig, cluster.context, cluster.uid, environment, lab.folder / "stacks")
