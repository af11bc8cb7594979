"""A set of Kubernetes manifests made elsewhere by pure functions; Pulumi only registers them, in a safe order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

Manifest = Mapping[str, Any]
TYPE_TOKEN = "estran:kubernetes:ManifestSet"  # noqa: S105  # Pulumi's word for the name of a type
TIMEOUT_SECONDS = "120"


class ManifestSet(pulumi.ComponentResource):
    """Registers manifests: namespaces and definitions first, then what lives in them or is made of them.

    A resource's Pulumi name is `kind-namespace-name` of its manifest: it depends on nothing configurable but the
    object's own identity, so an edit never replaces a neighbour.
    """

    def __init__(
        self, name: str, manifests: Sequence[Manifest], *, provider: pulumi.ProviderResource,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(TYPE_TOKEN, name, None, opts)
        self._provider = provider
        self._foundations: dict[str, pulumi.Resource] = {}
        self.objects = [self._register(manifest) for manifest in sorted(manifests, key=_rank)]
        self.register_outputs({"count": len(self.objects)})

    def _register(self, manifest: Manifest) -> pulumi.CustomResource:
        foundation = self._foundations.get(_stands_on(manifest))
        opts = pulumi.ResourceOptions(
            parent=self, provider=self._provider, depends_on=[foundation] if foundation else None)
        props = {**manifest, "metadata": {**manifest["metadata"], "annotations": {
            "pulumi.com/timeoutSeconds": TIMEOUT_SECONDS, **manifest["metadata"].get("annotations", {})}}}
        registered = pulumi.CustomResource(type_token(manifest), resource_name(manifest), props, opts)
        self._foundations.update((key, registered) for key in _holds_up(manifest))
        return registered


def type_token(manifest: Manifest) -> str:
    """Return the Pulumi type of a manifest, e.g. `kubernetes:core/v1:Namespace`."""
    api_version = manifest["apiVersion"]
    group = api_version if "/" in api_version else f"core/{api_version}"
    return f"kubernetes:{group}:{manifest['kind']}"


def resource_name(manifest: Manifest) -> str:
    """Return the name that the object keeps in Pulumi's state for its whole life."""
    metadata = manifest["metadata"]
    parts = [manifest["kind"].lower(), metadata.get("namespace", ""), metadata["name"]]
    return "/".join(part for part in parts if part)


def _rank(manifest: Manifest) -> int:
    return 0 if list(_holds_up(manifest)) else 1


def _holds_up(manifest: Manifest) -> list[str]:
    """What other manifests of the set may stand on: a namespace, or the kind that a definition brings."""
    if manifest["kind"] == "Namespace":
        return [f"namespace/{manifest['metadata']['name']}"]
    if manifest["kind"] == "CustomResourceDefinition":
        spec = manifest["spec"]
        return [f"kind/{spec['group']}/{spec['names']['kind']}"]
    if manifest["kind"] == "ValidatingAdmissionPolicy":
        return [f"policy/{manifest['metadata']['name']}"]
    return []


def _stands_on(manifest: Manifest) -> str:
    if "policyName" in manifest.get("spec", {}):
        return f"policy/{manifest['spec']['policyName']}"
    if namespace := manifest["metadata"].get("namespace"):
        return f"namespace/{namespace}"
    return f"kind/{manifest['apiVersion'].split('/')[0]}/{manifest['kind']}"
