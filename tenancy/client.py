"""What a tenant does on the cluster: leave a request at its door, wait for the answer, see what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import kubernetes
import urllib3
import yaml
from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException

from infra.inventory import labels
from infra.inventory.errors import N_
from infra.inventory.names import namespace_name
from tenancy.controller.status import is_answered
from tenancy.errors import RequestError, UnreachableError
from tenancy.manifests.door import door_name
from tenancy.refusals import refused
from tenancy.request import NamespaceRequest, request_of

CALL_TIMEOUT_S = 15.0
_KIND = (labels.API_GROUP, labels.API_VERSION)
_PLURAL = "namespacerequests"
Found = Mapping[str, Any]


class Client:
    """One identity on one cluster. Every method raises UnreachableError, RefusedError or RequestError."""

    def __init__(self, kubeconfig: str) -> None:
        """Read the kubeconfig file. Raises RequestError when it can't be used."""
        try:
            configuration = kubernetes.client.Configuration()
            kubernetes.config.load_kube_config(kubeconfig, client_configuration=configuration)
        except (ConfigException, yaml.YAMLError, OSError, ValueError, TypeError, KeyError) as fault:
            raise RequestError(
                N_("the kubeconfig can't be used: {fault}"), where=kubeconfig, fault=fault,
                remedy=N_("give the right file by --kubeconfig or the variable KUBECONFIG")) from fault
        configuration.retries = False
        self.server: str = configuration.host
        self._client = kubernetes.client.ApiClient(configuration)
        self._custom = kubernetes.client.CustomObjectsApi(self._client)
        self._core = kubernetes.client.CoreV1Api(self._client)

    def user_name(self) -> str:
        """Return the name by which the API server knows this identity."""
        with self._errors():
            review = kubernetes.client.AuthenticationV1Api(self._client).create_self_subject_review(
                kubernetes.client.V1SelfSubjectReview(), _request_timeout=CALL_TIMEOUT_S)
        return str(review.status.user_info.username)

    def standing(self, request: NamespaceRequest) -> Found | None:
        """Return a request that already asks for exactly this and was not refused: a second run changes nothing.

        One that was granted stands for as long as its namespace is there.
        """
        asked = _asked(request)
        for found in self.requests(request.tenant):
            if _asked(request_of(found)) == asked and found.get("status", {}).get("decision") != "Refused":
                namespace = namespace_name(request.tenant, request.name)
                if not is_answered(found) or self.quotas(namespace)[0]:
                    return found
        return None

    def submit(self, request: NamespaceRequest) -> Found:
        """Leave a request at the tenant's door and return it as the cluster holds it."""
        door = door_name(request.tenant)
        manifest = request.to_object("", door)
        del manifest["metadata"]["name"]
        manifest["metadata"]["generateName"] = f"{request.name[:50]}-"
        with self._errors(request.tenant):
            created: Found = self._custom.create_namespaced_custom_object(
                *_KIND, door, _PLURAL, manifest, _request_timeout=CALL_TIMEOUT_S)
        return created

    def wait(self, found: Found, timeout_s: float, seen: Callable[[Found], None] = lambda _found: None) -> Found:
        """Return the request once it is refused, or granted and ready; `seen` is called at each change before.

        Raises UnreachableError when no answer came within `timeout_s` seconds.
        """
        door, name = found["metadata"]["namespace"], found["metadata"]["name"]
        with self._errors(found["spec"]["tenant"]):
            events = kubernetes.watch.Watch().stream(
                self._custom.list_namespaced_custom_object, *_KIND, door, _PLURAL,
                field_selector=f"metadata.name={name}", timeout_seconds=int(timeout_s))
            for event in events:
                if event["type"] == "DELETED":
                    break
                if is_answered(event["object"]):
                    answered: Found = event["object"]
                    return answered
                seen(event["object"])
        raise UnreachableError(
            N_("no answer to the request {name} within {seconds:.0f} s"), where=f"{door}/{name}", name=name,
            seconds=timeout_s, remedy=N_("it stays in the queue; follow it with: estran namespace show {name} "
                                         "(in the lab, `estran lab status` says whether the controller runs)"))

    def requests(self, tenant: str = "") -> list[Found]:
        """Return the requests of a tenant, or of all tenants for an operator, oldest first."""
        with self._errors(tenant):
            if tenant:
                found = self._custom.list_namespaced_custom_object(
                    *_KIND, door_name(tenant), _PLURAL, _request_timeout=CALL_TIMEOUT_S)
            else:
                found = self._custom.list_cluster_custom_object(*_KIND, _PLURAL, _request_timeout=CALL_TIMEOUT_S)
        return sorted(found["items"], key=lambda each: each["metadata"]["creationTimestamp"])

    def tenant(self, tenant_id: str) -> Found:
        """Return the `Tenant` object."""
        with self._errors(tenant_id):
            found: Found = self._custom.get_cluster_custom_object(
                *_KIND, "tenants", tenant_id, _request_timeout=CALL_TIMEOUT_S)
        return found

    def quotas(self, namespace: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Return what a namespace may use and what it uses, as its ResourceQuota says; empty when it was not made."""
        with self._errors():
            found = self._core.list_namespaced_resource_quota(namespace, _request_timeout=CALL_TIMEOUT_S).items
        return next(((each.status.hard or {}, each.status.used or {}) for each in found), ({}, {}))

    @contextmanager
    def _errors(self, tenant: str = "") -> Iterator[None]:
        try:
            yield
        except ApiException as answer:
            raise refused(answer.status, answer.body or answer.reason, self.server, tenant) from answer
        except (urllib3.exceptions.HTTPError, OSError) as fault:
            raise UnreachableError(
                N_("the API server does not answer: {fault}"), where=self.server, fault=_cause(fault),
                remedy=N_("check the network (in the lab: `estran lab up`), then run the same command again; "
                          "a request that was already sent is kept: look with `estran namespace list`")) from fault


def _asked(request: NamespaceRequest) -> Mapping[str, Any]:
    """What is asked for, whoever asked and wherever the request lies."""
    spec: Mapping[str, Any] = replace(request, requested_by="").to_object("", "")["spec"]
    return spec


def _cause(fault: BaseException) -> str:
    reason = getattr(fault, "reason", None)
    return str(reason or fault).rpartition(": ")[2] or type(fault).__name__


