"""The few calls the lab itself makes to its API server; everything else goes through Pulumi or kubectl."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import requests

from infra.inventory.errors import N_
from lab.errors import UnreachableError
from lab.pki import Pair

FIELD_MANAGER = "estran-lab"
_TIMEOUT_S = 20.0


class Api:
    """The API server as the operator. Every method raises UnreachableError when it does not answer or refuses."""

    def __init__(self, url: str, authority: Pair, identity: Pair) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = str(authority.certificate)
        self._session.cert = (str(identity.certificate), str(identity.key))

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Return the object or list at `path`."""
        return self._call("GET", path, query)

    def find(self, path: str) -> dict[str, Any] | None:
        """Return the object at `path`; None when there is none."""
        answer = self._answer("GET", path, {})
        if answer.status_code == requests.codes.not_found:
            return None
        return self._value(answer, "GET", path)

    def apply(self, path: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
        """Apply `manifest` on the server's side (the same manifest twice changes nothing); return the object."""
        query = {"fieldManager": FIELD_MANAGER, "force": "true"}
        return self._call("PATCH", path, query, json.dumps(manifest), "application/apply-patch+yaml")

    def delete(self, path: str) -> None:
        """Delete the object at `path`."""
        self._call("DELETE", path, {})

    def close(self) -> None:
        self._session.close()

    def _call(
        self, method: str, path: str, query: Mapping[str, str], body: str | None = None, kind: str = "application/json"
    ) -> dict[str, Any]:
        return self._value(self._answer(method, path, query, body, kind), method, path)

    def _answer(
        self, method: str, path: str, query: Mapping[str, str], body: str | None = None, kind: str = "application/json"
    ) -> requests.Response:
        try:
            return self._session.request(method, self.url + path, params=query, data=body, timeout=_TIMEOUT_S,
                                         headers={"Content-Type": kind, "Accept": "application/json"})
        except requests.RequestException as fault:
            raise UnreachableError(N_("The lab's API server does not answer: {fault}."), where=self.url, fault=fault,
                                   remedy=N_("Run `estran lab up` again: it starts what has died.")) from fault

    def _value(self, answer: requests.Response, method: str, path: str) -> dict[str, Any]:
        if not answer.ok:
            raise UnreachableError(
                N_("The lab's API server refused {method} {path}: {message}"), where=self.url, method=method, path=path,
                message=_message(answer), remedy=N_("Run `estran lab down --purge`, then `estran lab up`."))
        value: dict[str, Any] = answer.json()
        return value


def _message(answer: requests.Response) -> str:
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"
