"""The one door to the cluster of a site: an explicit provider, and a refusal of any other cluster."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pulumi_kubernetes as kubernetes

from infra.components.errors import UnreachableError, WrongClusterError
from infra.inventory.errors import N_

PROBE_TIMEOUT_S = 10


@dataclass(frozen=True)
class ClusterArgs:
    """Where the cluster is (kubeconfig file and context) and which one it must be (UID of `kube-system`)."""

    kubeconfig: Path
    context: str  # empty: the kubeconfig's own
    uid: str


def cluster_provider(args: ClusterArgs) -> kubernetes.Provider:
    """Return the provider of the site's cluster; raises WrongClusterError before anything is registered on another."""
    found = live_cluster_uid(args)
    if found != args.uid:
        raise WrongClusterError(
            N_("this is another cluster: its kube-system has UID {found}, the site's has {expected}"),
            where=f"{args.kubeconfig} ({args.context})",
            remedy=N_("point KUBECONFIG at the site's cluster; if it was rebuilt on purpose, say so: "
                      "pulumi config set estran:clusterUid {found}"),
            found=found, expected=args.uid)
    return kubernetes.Provider(
        "cluster",
        kubeconfig=str(args.kubeconfig),
        context=args.context or None,
        cluster_identifier=args.uid,
    )


def live_cluster_uid(args: ClusterArgs) -> str:
    """Return the UID of `kube-system` of the cluster that answers; raises UnreachableError when none does."""
    from kubernetes import client, config

    try:
        configuration = client.Configuration()
        configuration.retries = 0
        config.load_kube_config(str(args.kubeconfig), args.context or None, configuration)
        api = client.CoreV1Api(client.ApiClient(configuration))
        namespace = api.read_namespace("kube-system", _request_timeout=PROBE_TIMEOUT_S)
    except Exception as error:  # urllib3, ssl, config: whatever the reason, the gate stays shut
        raise UnreachableError(
            N_("the API server does not answer: {reason}"), where=f"{args.kubeconfig} ({args.context})",
            remedy=N_("start the cluster ('estran lab up' for the lab), then run again"),
            reason=f"{type(error).__name__}: {str(error)[:200]}") from error
    return str(namespace.metadata.uid)
