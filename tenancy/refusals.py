"""What the API server's errors mean for a tenant."""

from __future__ import annotations

import json
import re

from infra.inventory.errors import N_, EstranError
from tenancy.errors import RefusedError, RequestError, UnreachableError

_POLICY = re.compile(
    r"ValidatingAdmissionPolicy '(?P<policy>[^']+)' with binding '[^']+' denied request: (?P<said>.*)", re.S)


def refused(status: int | None, body: str | bytes, server: str, tenant: str = "") -> EstranError:
    """Return the refusal that an HTTP answer of the API server stands for."""
    message = _message(body)
    policy = _POLICY.search(message)
    if policy:
        return RefusedError(
            N_("the policy {policy} of the site says no: {said}"), where=server, policy=policy["policy"],
            said=policy["said"], remedy=N_("change what the policy names, then run the same command again"))
    if status == 401:
        return RefusedError(N_("the API server does not know you: {message}"), where=server, message=message,
                            remedy=N_("your certificate may have run out; ask your administrator for a new kubeconfig"))
    if status == 403 and tenant:
        return RefusedError(
            N_("you are not allowed to act for the tenant {tenant}: {message}"), where=server, tenant=tenant,
            message=message, remedy=N_("act for your own tenant, or ask your administrator to add you to its group"))
    if status == 403:
        return RefusedError(N_("you are not allowed to do this: {message}"), where=server, message=message,
                            remedy=N_("name your own tenant by --tenant, or use an operator's kubeconfig"))
    if status == 404:
        return RefusedError(
            N_("the cluster has no such object: {message}"), where=server, message=message,
            remedy=N_("check the name; on a new cluster, run `estran up` first: it lays what tenants need"))
    if status is None or status in (429, 500, 502, 503, 504):
        return UnreachableError(N_("the API server can't answer now: {message}"), where=server, message=message,
                                remedy=N_("wait a moment, then run the same command again"))
    return RequestError(N_("the API server can't take this: {message}"), where=server, message=message,
                        remedy=N_("change what it names, then run the same command again"))


def _message(body: str | bytes) -> str:
    try:
        return str(json.loads(body)["message"])
    except (ValueError, KeyError, TypeError):
        return body.decode("utf-8", "replace") if isinstance(body, bytes) else str(body)
