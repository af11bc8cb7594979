"""A request for a namespace, read from the custom resource or from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from infra.inventory.errors import N_
from infra.inventory.names import namespace_name
from infra.inventory.quota import Quota
from tenancy.errors import RequestError
from tenancy.manifests.crd_request import DEFAULT_COUNTS
from tenancy.manifests.kinds import GROUP_VERSION, Manifest


@dataclass(frozen=True)
class NamespaceRequest:
    """What a tenant asks. `door` is the namespace in which the request was found; None when it was not sent yet."""

    tenant: str
    name: str
    quota: Quota
    purpose: str
    grants: tuple[str, ...] = ()
    deletion_policy: str = "Retain"
    requested_by: str = ""
    door: str | None = None
    object_name: str = ""
    uid: str = ""

    @property
    def namespace(self) -> str:
        """The name of the namespace in the cluster."""
        return namespace_name(self.tenant, self.name)

    def to_object(self, object_name: str, door: str) -> Manifest:
        """Return the custom resource to send; `object_name` is its name in the door."""
        spec: Manifest = {
            "tenant": self.tenant, "name": self.name, "quota": self.quota.written(), "purpose": self.purpose,
            "deletionPolicy": self.deletion_policy,
            **({"grants": list(self.grants)} if self.grants else {}),
            **({"requestedBy": self.requested_by} if self.requested_by else {}),
        }
        return {"apiVersion": GROUP_VERSION, "kind": "NamespaceRequest",
                "metadata": {"name": object_name, "namespace": door}, "spec": spec}


def request_of(found: Mapping[str, Any]) -> NamespaceRequest:
    """Return the request that a custom resource holds. Raises RequestError when a quantity can't be read."""
    metadata, spec = found["metadata"], found["spec"]
    return NamespaceRequest(
        tenant=spec["tenant"], name=spec["name"], quota=asked_quota(spec["quota"]), purpose=spec["purpose"],
        grants=tuple(sorted(spec.get("grants", ()))), deletion_policy=spec.get("deletionPolicy", "Retain"),
        requested_by=spec.get("requestedBy", ""), door=metadata["namespace"], object_name=metadata["name"],
        uid=metadata["uid"],
    )


def asked_quota(written: Mapping[str, Any]) -> Quota:
    """Return the quota written as `cpu: 4, memory: 8Gi, ...`; object counts that are not named get modest defaults.

    Raises RequestError naming the first figure that can't be read.
    """
    try:
        return Quota.model_validate({**DEFAULT_COUNTS, **written})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise RequestError(
            N_("{key} can't be read: {reason}"), where=f"quota.{first['loc'][0]}", key=first["loc"][0],
            reason=first["msg"],
            remedy=N_("write for instance cpu 4 or 500m, memory 8Gi, storage 20Gi, gpu 1")) from error
